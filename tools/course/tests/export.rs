//! A class gets a copy in which all works, and nothing that gives an answer away.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use course::catalog::Catalog;
use course::verify::mirror;

/// What a copy without solutions leaves out, besides references, mistakes and hints.
const FOR_AUTHORS: [&str; 4] = ["tools/rules", "check", ".ci", ".github/workflows/ci.yml"];

/// The exit status, and all that was printed.
fn run(command: &mut Command) -> (i32, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code().unwrap(), String::from_utf8([stderr, stdout].concat()).unwrap())
}

fn course(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_course"));
    command.args(arguments).current_dir(folder);
    command
}

/// Exports this project into `room`.
fn export(room: &Path, arguments: &[&str]) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = room.join("class");
    let arguments = [&["export", place.to_str().unwrap()], arguments].concat();
    let (status, said) = run(&mut course(here, &arguments));
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("is a clean copy"), "{said}");
    place
}

#[test]
fn a_class_can_work_with_a_copy_without_solutions() {
    let project = Catalog::of(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let room = tempfile::tempdir().unwrap();
    let place = export(room.path(), &["--without-solutions"]);
    let copy = Catalog::of(&place).unwrap();
    assert_eq!(copy.exercises.len(), project.exercises.len());

    // No file holds a reference, under whatever name.
    let mut answers = Vec::new();
    for exercise in &project.exercises {
        answers.extend(fs::read(exercise.solution()).ok());
        answers.push(exercise.hints().unwrap().pop().unwrap().into_bytes());
    }
    for file in mirror::files(&place).unwrap() {
        let text = fs::read(place.join(&file)).unwrap();
        let gives_away = |answer: &Vec<u8>| text.windows(answer.len()).any(|part| part == *answer);
        assert!(!answers.iter().any(gives_away), "{}", file.display());
        let is_mistake =
            file.starts_with("solutions") && file.extension().is_some_and(|kind| kind == "patch");
        assert!(!is_mistake, "{}", file.display());
        assert!(!FOR_AUTHORS.iter().any(|name| file.starts_with(name)), "{}", file.display());
    }
    assert!(!place.join(".git").exists() && !place.join(".course").exists());
    if project.has_references() {
        for name in FOR_AUTHORS {
            assert!(project.root.join(name).exists(), "{name} is gone; do not except it any more");
        }
    }

    // What was built here serves there, too. What was not may still have to be fetched, as it is locked.
    let lock = || fs::read_to_string(place.join("Cargo.lock")).unwrap();
    let as_exported = lock();
    let target = project.target.join("class");
    let mut check = course(&place, &["check", "--all"]);
    let (status, said) = run(check.env("CARGO_TARGET_DIR", &target));
    let last = format!("\n0 of {} are solved.\n", copy.exercises.len());
    assert_eq!(status, 1, "{said}");
    assert!(said.ends_with(&last) && !said.contains("not as shipped"), "{said}");

    assert_eq!(lock(), as_exported, "cargo has changed it with the first build");
    assert!(!as_exported.contains("name = \"rules\""), "it locks what is not there");
    let (status, said) = run(&mut course(&place, &["solution", "2.0"]));
    assert_eq!(status, 2);
    assert!(said.contains("this copy of the course comes without references"), "{said}");
    let (status, said) = run(&mut course(&place, &["verify"]));
    assert_eq!(status, 2);
    assert!(said.contains("there is nothing to verify"), "{said}");
    let (status, said) = run(&mut course(&place, &["reset", "2.0"]));
    assert_eq!(status, 0, "{said}");
    let list = format!("\n0 of {} solved.", copy.exercises.len());
    let (status, said) = run(&mut course(&place, &["list"]));
    assert!(status == 0 && said.contains(&list), "{said}");

    // Cargo alone starts the tests of a chapter.
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--locked", "--package", "lifecycle", "--test", "e0_exit_status"]);
    let (status, said) = run(cargo.current_dir(&place).env("CARGO_TARGET_DIR", &target));
    assert!(status == 101 && said.contains("test result: FAILED. 0 passed"), "{said}");
}

#[test]
fn a_whole_copy_has_what_authors_need() {
    let project = Catalog::of(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let room = tempfile::tempdir().unwrap();
    let place = export(room.path(), &[]);
    for exercise in &project.exercises {
        let copied = place.join(project.short(&exercise.file()));
        assert_eq!(fs::read(copied).unwrap(), fs::read(exercise.stub()).unwrap());
    }
    let (there, here) = (place.join("solutions"), project.root.join("solutions"));
    assert_eq!(mirror::files(&there).unwrap(), mirror::files(&here).unwrap());
    let lock = |root: &Path| fs::read(root.join("Cargo.lock")).unwrap();
    assert_eq!(lock(&place), lock(&project.root));
}
