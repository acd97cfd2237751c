//! How fast the command is: `cargo bench -p course --bench speed` prints three figures, each with its spread.
//!
//! 1. The CPU time of building the command where nothing is built yet.
//! 2. The time from a save to the verdict, against `cargo test` of the same tests. Cargo's start of
//!    its alias stands apart: `cargo course` adds it, and the command cannot help it.
//! 3. The same for all exercises by `check --all`, against one call of Cargo for each.
//!
//! All of it happens in a copy of the project where every exercise is solved.

mod figure;
mod project;

use course::catalog::Catalog;
use figure::{Figure, cpu_time, wall_time};
use project::Project;

// What is compared runs in turn, so that a busy moment of the machine falls on both.
const SAVES: usize = 15;
const ALL: usize = 5;
const COLD: usize = 3;

fn main() {
    let project = Project::lay();
    println!("least, median and most of the runs\n");

    let cold = (0..COLD).map(|_| {
        project.forget_builds();
        cpu_time(&mut project.cargo(&["build", "--quiet", "--package", "course"]))
    });
    Figure::new("build of the command, cold, CPU", " s", cold.collect()).print(Some(45.0));

    saves(&project);
    all(&project);
}

fn saves(project: &Project) {
    let exercise = &project.catalog.exercises[0];
    let check = || project.course(&["check", &exercise.id()]);
    let [mut checks, mut tests, mut ratios] = [const { Vec::new() }; 3];
    // The first round builds what the tests need.
    for round in 0..=SAVES {
        project.save(exercise);
        let check = wall_time(&mut check());
        project.save(exercise);
        let test = wall_time(&mut project.test(exercise));
        if round > 0 {
            checks.push(check);
            tests.push(test);
            ratios.push(check / test);
        }
    }
    Figure::new("save to verdict, cargo course check", " s", checks).print(None);
    Figure::new("save to verdict, cargo test", " s", tests).print(None);
    Figure::new("the one by the other", "", ratios).print(Some(1.1));

    let alias = (0..SAVES).map(|_| {
        let with = wall_time(&mut project.cargo(&["course", "--version"]));
        with - wall_time(&mut project.course(&["--version"]))
    });
    Figure::new("start of Cargo's alias, apart", " s", alias.collect()).print(None);
}

fn all(project: &Project) {
    let Catalog { exercises, .. } = &project.catalog;
    let [mut checks, mut tests, mut ratios] = [const { Vec::new() }; 3];
    for round in 0..=ALL {
        project.save(&exercises[0]);
        let check = wall_time(&mut project.course(&["check", "--all"]));
        project.save(&exercises[0]);
        let test: f64 = exercises.iter().map(|one| wall_time(&mut project.test(one))).sum();
        if round > 0 {
            checks.push(check);
            tests.push(test);
            ratios.push(check / test);
        }
    }
    println!("\nsave to the verdicts of all {} exercises", exercises.len());
    Figure::new("cargo course check --all", " s", checks).print(None);
    Figure::new("cargo test, for one after the other", " s", tests).print(None);
    Figure::new("the one by the other", "", ratios).print(Some(1.0));
}
