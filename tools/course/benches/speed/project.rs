//! A copy of the project where every exercise is solved.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use course::catalog::{Catalog, Exercise};
use course::verify::mirror;

/// What Cargo needs of the project.
const FOLDERS: [&str; 6] = [".cargo", "exercises", "labs", "listings", "solutions", "tools"];
const FILES: [&str; 2] = ["Cargo.toml", "Cargo.lock"];

pub struct Project {
    pub catalog: Catalog,
}

impl Project {
    /// Copies the project to target/bench/ and solves all exercises of the copy.
    pub fn lay() -> Project {
        let original = Catalog::of(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("it is a project");
        let root = original.target.join("bench/project");
        let copy = |file: &Path| mirror::read(&original.root.join(file));
        for folder in FOLDERS.map(Path::new) {
            let files = mirror::files(&original.root.join(folder)).expect("it can be read");
            mirror::folder(&root.join(folder), &files, |file| copy(&folder.join(file)))
                .expect("it can be written");
        }
        for file in FILES.map(Path::new) {
            mirror::write(&root.join(file), copy(file).expect("it is there")).expect("it can be");
        }
        let mut catalog = Catalog::of(&root).expect("a copy of a project is one");
        catalog.target = original.target.join("bench/target");
        for exercise in &catalog.exercises {
            fs::copy(exercise.solution(), exercise.file()).expect("each exercise has a reference");
        }
        Project { catalog }
    }

    /// Changes the file of an exercise, as a learner who saves it does.
    pub fn save(&self, exercise: &Exercise) {
        let file = fs::File::options().append(true).open(exercise.file());
        writeln!(file.expect("it is there"), "// Saved.").expect("it can be written");
    }

    pub fn forget_builds(&self) {
        // There may be none.
        let _ = fs::remove_dir_all(&self.catalog.target);
    }

    /// Cargo, in the folder of the project.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        self.command(Path::new(env!("CARGO")), arguments)
    }

    /// The command itself, without Cargo's alias.
    pub fn course(&self, arguments: &[&str]) -> Command {
        self.command(&self.catalog.target.join("debug/course"), arguments)
    }

    /// Cargo's test of an exercise.
    pub fn test(&self, exercise: &Exercise) -> Command {
        self.cargo(&["test", "--package", &exercise.package, "--test", &exercise.target])
    }

    fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&self.catalog.root)
            .env("CARGO_TARGET_DIR", &self.catalog.target)
            .env("RUST_BACKTRACE", "0");
        command
    }
}
