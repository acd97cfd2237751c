//! A chapter is checked at once: whatever is wrong with one exercise, the others get their verdict.

mod support;

use std::fs;
use std::process::Command;

use support::Project;

const ONE: &str = "exercises/01_sums/src/e1_one.rs";
const TWO: &str = "exercises/01_sums/src/e2_two.rs";
const TESTS: &str = "exercises/01_sums/tests/e1_one.rs";
const SOLVED: &str = "pub fn it() -> u32 {\n    1\n}\n";

/// Adds an exercise to the chapter.
fn add(project: &Project, exercise: &str) {
    let edit = |file: &str, change: &dyn Fn(String) -> String| {
        project.write(file, &change(fs::read_to_string(project.path(file)).unwrap()));
    };
    edit("exercises/01_sums/src/lib.rs", &|lib| lib + &format!("pub mod {exercise};\n"));
    edit("exercises/01_sums/Cargo.toml", &|manifest| {
        let facts = "{ difficulty = 1, minutes = 1, track = \"core\" }\n";
        manifest.replace("\n[lib]", &format!("{exercise} = {facts}\n[lib]"))
    });
    project.set(exercise, 7);
    project.record();
}

#[test]
fn a_chapter_is_checked_by_any_of_its_names() {
    let project = Project::new();
    project.write(ONE, SOLVED);
    let (status, said, _) = project.run(&["check", "--all"]);
    assert_eq!(status, 1);
    insta::assert_snapshot!(said, @"
    solved      1.1   One                1 test
    not solved  1.2   Two                0 of 1 tests pass
        panic in is_right
        wrong

    1 of 2 are solved.
    ");
    for name in ["1", "sums", "01_sums"] {
        assert_eq!(project.run(&["check", name]).1, said, "{name}");
    }
    project.write(TWO, "pub fn it() -> u32 {\n    2\n}\n");
    let (status, stdout, _) = project.run(&["check", "--all"]);
    assert_eq!((status, stdout.lines().last()), (0, Some("2 of 2 are solved.")), "{stdout}");
}

#[test]
fn errors_cost_nobody_else_a_verdict_and_are_shown_once() {
    let project = Project::new();
    add(&project, "e3_three");
    add(&project, "e4_four");
    project.write(ONE, SOLVED);
    project.write(TWO, "this is no Rust\n");
    // The compiler finds this only when all else is right.
    let late = "#![deny(dead_code)]\nfn nobody_calls_me() {}\n";
    project.write("exercises/01_sums/src/e3_three.rs", late);
    fs::remove_file(project.path("exercises/01_sums/src/e4_four.rs")).unwrap();

    let (status, stdout, stderr) = project.run(&["check", "1"]);
    assert_eq!(status, 1);
    insta::assert_snapshot!(stdout, @"
    solved      1.1   One                1 test; beside 1.2, 1.4, 1.3 as shipped
    not solved  1.2   Two                does not compile: see the error above
    not solved  1.3   Three              does not compile: see the error above
    not solved  1.4   Four               exercises/01_sums/src/e4_four.rs is not there

    1 of 4 are solved.
    ");
    assert_eq!(stderr.matches("this is no Rust").count(), 1, "{stderr}");
    assert_eq!(stderr.matches("`nobody_calls_me` is never used").count(), 1, "{stderr}");

    let (status, stdout, _) = project.run(&["check", "1.1"]);
    assert_eq!(status, 0, "{stdout}");
}

#[test]
fn tests_that_are_not_as_shipped_count_for_nothing() {
    let project = Project::new();
    let shipped = fs::read_to_string(project.path(TESTS)).unwrap();
    project.write(ONE, SOLVED);

    for weaker in [
        shipped.replace("#[test]", "#[test]\n#[ignore]"),
        shipped.replace("e1_one::it() == 1", "e1_one::it() < 9"),
        shipped.replace("#[test]", "#[cfg(any())]\n#[test]"),
        shipped.clone() + "// A note of the learner.\n",
    ] {
        project.write(TESTS, &weaker);
        let (status, stdout, _) = project.run(&["check", "1.1"]);
        assert_eq!(status, 1, "{stdout}");
        assert!(stdout.contains("  changed  exercises/01_sums/tests/e1_one.rs\n"), "{stdout}");
        assert!(!stdout.contains("ended before"), "{stdout}");
    }

    fs::remove_file(project.path(TESTS)).unwrap();
    let (status, stdout, _) = project.run(&["check", "--all"]);
    assert_eq!(status, 1);
    insta::assert_snapshot!(stdout, @"
    not solved  1.1   One                its tests are not there, see below
    not solved  1.2   Two                0 of 1 tests pass
        panic in is_right
        wrong

    Nothing counts as solved while its tests are not as the course ships them:
      missing  exercises/01_sums/tests/e1_one.rs
    Git does not have them here: get the course once more, into a folder of its own, and copy
    them from there.

    0 of 2 are solved.
    ");

    project.write(TESTS, &shipped);
    project.write("exercises/01_sums/src/lib.rs", "pub mod e1_one;\n");
    let (status, stdout, _) = project.run(&["check", "1.1"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("  changed  exercises/01_sums/src/lib.rs\n"), "{stdout}");

    let script = "exercises/01_sums/build.rs";
    project.write(script, "fn main() {}\n");
    let (status, stdout, _) = project.run(&["check", "1.1"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("  added    exercises/01_sums/build.rs\n"), "{stdout}");
    fs::remove_file(project.path(script)).unwrap();
    project.write("tools/grade/src/lib.rs", "// Weaker.\n");
    let (status, stdout, _) = project.run(&["check", "1.1"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("  missing  tools/grade/shipped.txt\n"), "{stdout}");
    let recorded = fs::read_to_string(project.path(".course/progress.json")).unwrap();
    assert!(recorded.contains("\"solved_unix_s\": null"), "{recorded}");
}

#[test]
fn a_test_that_is_recorded_as_ignored_is_not_run_and_not_passed() {
    let project = Project::new();
    let shipped = fs::read_to_string(project.path(TESTS)).unwrap();
    project.write(ONE, SOLVED);
    project.write(TESTS, &shipped.replace("#[test]", "#[test]\n#[ignore]"));
    project.record();
    let (status, stdout, _) = project.run(&["check", "1.1"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("  NOT RUN is_right\n"), "{stdout}");
}

#[test]
fn the_way_back_that_is_named_works() {
    let project = Project::new();
    project.write(ONE, SOLVED);
    project.write(".gitignore", "target/\n.course/\n");
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=Learner", "-c", "user.email=learner@example.com"];
        let mut git = Command::new("git");
        assert!(
            git.args(who).args(arguments).current_dir(project.root()).status().unwrap().success()
        );
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--no-gpg-sign", "--message=as shipped"]);
    for commit in [false, true] {
        project.write(TESTS, "// Nothing is tested.\n");
        fs::remove_file(project.path("exercises/01_sums/src/lib.rs")).unwrap();
        project.write("exercises/01_sums/src/lib.rs", "pub mod e1_one;\n");
        if commit {
            git(&["commit", "--quiet", "--no-gpg-sign", "--all", "--message=weaker"]);
        }
        let (status, stdout, _) = project.run(&["check", "1.1"]);
        assert_eq!(status, 1);
        let commands: Vec<&str> =
            stdout.lines().filter(|line| line.starts_with("  git ")).collect();
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", &commands.join("\n")]).current_dir(project.root());
        assert!(shell.status().unwrap().success(), "{stdout}");
        assert_eq!(project.course(&["check", "1.1"]).0, 0);
    }
}

#[test]
fn cargo_has_gone_when_the_tests_start() {
    let project = Project::new();
    // The course itself is the parent of a test, so that no time of a test goes into a build.
    let shipped = fs::read_to_string(project.path(TESTS)).unwrap();
    let asks = "fn is_right() {\n    let parent = std::os::unix::process::parent_id();\n    \
                let name = std::fs::read_to_string(format!(\"/proc/{parent}/comm\")).unwrap();\n    \
                std::fs::write(\"../../parent\", name).unwrap();\n";
    project.write(TESTS, &shipped.replace("fn is_right() {\n", asks));
    project.record();
    for arguments in [&["check", "1.1"][..], &["check", "--all"]] {
        project.course(arguments);
        let parent = project.path("parent");
        assert_eq!(fs::read_to_string(&parent).unwrap(), "course\n");
        fs::remove_file(parent).unwrap();
    }
}
