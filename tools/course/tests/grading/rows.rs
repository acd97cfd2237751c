//! Rows and exit statuses, on a small project.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::Project;
use crate::system::has_namespaces;

const ONE: &str = "pub fn it() -> u32 {\n    1\n}\n";
const TWO: &str = "pub fn it() -> u32 {\n    2\n}\n";

/// Writes the files of a submission.
pub fn submit(project: &Project, name: &str, files: &[(&str, &str)]) {
    fs::create_dir_all(project.path(&format!("class/{name}/exercises/01_sums/src"))).unwrap();
    for (file, text) in files {
        project.write(&format!("class/{name}/exercises/01_sums/src/{file}.rs"), text);
    }
}

/// `cargo course grade` of these submissions: the exit status, and what it prints.
pub fn grade(project: &Project, arguments: &[&str], names: &[&str]) -> (i32, String, String) {
    let walls: &[&str] = if has_namespaces() { &[] } else { &["--uncontained"] };
    let folders: Vec<String> = names.iter().map(|name| format!("class/{name}")).collect();
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    project.run(&[&["grade"], walls, arguments, &folders].concat())
}

/// A little class, with a submission of each sort.
pub fn class() -> Project {
    let project = Project::new();
    submit(&project, "ann", &[("e1_one", ONE), ("e2_two", TWO)]);
    submit(&project, "ben", &[("e1_one", TWO), ("e2_two", TWO)]);
    submit(&project, "cleo", &[("e1_one", ONE), ("e2_two", "no Rust\n")]);
    let stub = fs::read_to_string(project.path("solutions/01_sums/stubs/e1_one.rs")).unwrap();
    submit(&project, "dan", &[("e1_one", &stub)]);
    submit(&project, "eve", &[("e1_one", "#[unsafe(no_mangle)]\n")]);
    symlink("/dev/zero", project.path("class/eve/exercises/01_sums/src/e2_two.rs")).unwrap();
    project.write("class/fay", "");
    project
}

const ALL: [&str; 7] = ["ann", "ben", "cleo", "dan", "eve", "fay", "gus"];

#[test]
fn every_submission_is_a_row() {
    let (status, said, errors) = grade(&class(), &["--jobs", "2"], &ALL);
    assert_eq!(status, 1, "{errors}");
    insta::assert_snapshot!(said, @"
    class/ann    2 of 2
    class/ben    1 of 2
        1.1   failed            0 of 1 tests pass; panic in is_right
    class/cleo   1 of 2
        1.2   does-not-compile  error: expected one of `!` or `::`, found `Rust`
    class/dan    0 of 2
        not-started: 1.1
        no-file: 1.2
    class/eve    0 of 2
        1.1   refused           it says `no_mangle`, which can run code before the tests begin; take the...
        1.2   refused           it is, or lies behind, a link
    class/fay    0 of 2  no submission: it is no folder
    class/gus    0 of 2  no submission: it is not there

    1 of 7 submissions solved all.
    ");
}

#[test]
fn without_walls_the_rows_are_the_same() {
    let arguments = ["--jobs", "1", "--uncontained"];
    let names: Vec<String> = ALL.iter().map(|name| format!("class/{name}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let project = class();
    let (_, uncontained, _) = project.run(&[&["grade"], &arguments[..], &names].concat());
    assert_eq!(uncontained, grade(&project, &["--jobs", "1"], &ALL).1);
}

#[test]
fn what_is_built_may_lie_elsewhere() {
    let project = class();
    let elsewhere = tempfile::tempdir().unwrap();
    let walls: &[&str] = if has_namespaces() { &[] } else { &["--uncontained"] };
    let mut command = project.command(&[&["grade", "class/ann"], walls].concat());
    let output = command.env("CARGO_TARGET_DIR", elsewhere.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(elsewhere.path().join("grade").exists() && !project.path("target").exists());
}

#[test]
fn the_exit_status_tells_how_it_went() {
    let project = class();
    assert_eq!(grade(&project, &[], &["ann"]).0, 0);
    assert_eq!(grade(&project, &["--only", "1.2"], &["ann", "ben"]).0, 0);
    assert_eq!(grade(&project, &[], &["ann", "gus"]).0, 1);
    assert_eq!(grade(&project, &["--only", "1.3"], &["ann"]).0, 2);
    assert_eq!(project.course(&["grade"]).0, 2);

    project.write("exercises/01_sums/tests/e1_one.rs", "// Weaker.\n");
    let (status, said, errors) = grade(&project, &["--json"], &["ann"]);
    assert_eq!((status, said.as_str()), (2, ""));
    assert!(errors.contains("changed  exercises/01_sums/tests/e1_one.rs"), "{errors}");
}

#[test]
fn nothing_but_the_learners_files_is_taken() {
    let project = class();
    let evil = "compile_error!(\"this was compiled\");\n";
    for file in ["exercises/01_sums/build.rs", "exercises/01_sums/src/lib.rs", "build.rs"] {
        project.write(&format!("class/ann/{file}"), evil);
    }
    for file in ["Cargo.toml", "exercises/01_sums/Cargo.toml", ".cargo/config.toml"] {
        project.write(&format!("class/ann/{file}"), "this is read");
    }
    for name in ["ann", "ben"] {
        let tests = format!("class/{name}/exercises/01_sums/tests/e1_one.rs");
        project.write(&tests, "#[test]\nfn is_right() {}\n");
    }
    let (_, said, errors) = grade(&project, &["--only", "1.1"], &["ann", "ben"]);
    assert!(said.contains("class/ann   1 of 1\n"), "{said}{errors}");
    assert!(said.contains("class/ben   0 of 1\n"), "{said}");
    // The project itself is as it was, and so are the submissions.
    assert!(Path::new(&project.path("exercises/01_sums/src/e1_one.rs")).exists());
    assert_eq!(fs::read_to_string(project.path("class/ann/Cargo.toml")).unwrap(), "this is read");
}
