//! A submission ends within the limit, and everything ends with the program that grades.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::rows::{grade, submit};
use crate::support::Project;
use crate::system::{has_namespaces, processes_with};

/// Starts a program that outlives all, and then hangs. The test of the little project has no grader
/// around it: what ends here, the grading has ended.
fn hangs(marker: &str) -> String {
    format!(
        "pub fn it() -> u32 {{\n    let _ = std::process::Command::new(\"setsid\")\n        \
         .args([\"sleep\", \"{marker}\"]).spawn();\n    \
         println!(\"it hangs\");\n    loop {{ std::thread::park() }}\n}}\n"
    )
}

#[test]
fn what_hangs_is_ended_at_the_limit() {
    let walls: &[&str] = if has_namespaces() { &[] } else { &["--uncontained"] };
    ended_at_the_limit("86391", walls);
}

#[test]
fn what_hangs_is_ended_without_walls_too() {
    ended_at_the_limit("86392", &["--uncontained"]);
}

fn ended_at_the_limit(marker: &str, walls: &[&str]) {
    let project = Project::new();
    submit(&project, "ann", &[("e1_one", &hangs(marker))]);
    // Long enough for the build, which has the same limit, on a busy machine.
    let arguments = ["grade", "--only", "1.1", "--limit", "20", "--json", "class/ann"];
    let (status, json, said) = project.run(&[&arguments[..], walls].concat());
    assert_eq!(status, 1, "{said}");
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let exercise = &report["submissions"][0]["exercises"][0];
    assert_eq!(exercise["verdict"], "failed", "{json}");
    let program = exercise["program"].as_str().unwrap();
    assert!(program.starts_with("it was not done after 20 s"), "{program}");
    assert_eq!(processes_with(marker), Vec::<String>::new());
    assert_eq!(processes_with(project.root().to_str().unwrap()), Vec::<String>::new());
}

#[test]
fn a_report_that_is_none_neither_passes_nor_stops_anything() {
    let project = Project::new();
    let instead = |what: &str| {
        format!(
            "pub fn it() -> u32 {{\n    let report = std::env::var(\"GRADE_REPORT\").unwrap();\n    \
             let room = std::path::Path::new(&report).parent().unwrap();\n    \
             for name in [\"report\", \"printed\", \"listed\"] {{\n        \
             let file = room.join(name);\n        let _ = std::fs::remove_file(&file);\n        \
             {what}\n    }}\n    std::process::exit(0)\n}}\n"
        )
    };
    let code = [
        ("a_link", "std::os::unix::fs::symlink(\"/dev/zero\", file).unwrap();"),
        ("a_fifo", "std::process::Command::new(\"mkfifo\").arg(file).status().unwrap();"),
        ("a_folder", "std::fs::create_dir(file).unwrap();"),
        ("a_lie", "std::fs::write(file, b\"\\xff is_right\\tpass\").unwrap();"),
        ("nothing", ""),
    ];
    for (name, what) in code {
        submit(&project, name, &[("e1_one", &instead(what))]);
    }
    let names = code.map(|(name, _)| name);
    let (status, said, errors) = grade(&project, &["--only", "1.1"], &names);
    assert_eq!(status, 1, "{errors}");
    insta::assert_snapshot!(said, @"
    class/a_link     0 of 1
        1.1   failed            0 of 1 tests pass; not-run in is_right
    class/a_fifo     0 of 1
        1.1   failed            0 of 1 tests pass; not-run in is_right
    class/a_folder   0 of 1
        1.1   failed            0 of 1 tests pass; not-run in is_right
    class/a_lie      0 of 1
        1.1   failed            0 of 1 tests pass; not-run in is_right
    class/nothing    0 of 1
        1.1   failed            0 of 1 tests pass; not-run in is_right

    0 of 5 submissions solved all.
    ");
}

#[test]
fn all_ends_with_the_program_that_grades() {
    if !has_namespaces() {
        return; // Then what has left its session stays, as CONTRIBUTING.md says.
    }
    let project = Project::new();
    submit(&project, "ann", &[("e1_one", &hangs("86393"))]);
    let mut command = project.command(&["grade", "--only", "1.1", "class/ann"]);
    let mut grading = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let here = project.root().to_str().unwrap().to_owned();
    // Where it never starts, the test as a whole is ended from outside.
    while processes_with("86393").is_empty() {
        assert!(grading.try_wait().unwrap().is_none(), "it ended before the submission ran");
        thread::sleep(Duration::from_millis(10));
    }
    grading.kill().unwrap();
    grading.wait().unwrap();
    // The kernel ends what is left; it is not asked how long it takes.
    while !processes_with("86393").is_empty() || !processes_with(&here).is_empty() {
        thread::sleep(Duration::from_millis(10));
    }
    assert!(fs::exists(project.path("class/ann")).unwrap());
}
