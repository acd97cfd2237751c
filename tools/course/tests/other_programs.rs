//! What other programs get: one JSON value on standard output and nothing else there, or a JUnit
//! file, and the exit status.

mod support;

use std::fs;

use serde_json::Value;
use support::Project;

/// A project in which the first exercise is solved and the second does not compile.
fn half_solved() -> Project {
    let project = Project::new();
    project.write("exercises/01_sums/src/e1_one.rs", "pub fn it() -> u32 {\n    1\n}\n");
    project.write("exercises/01_sums/src/e2_two.rs", "this is no Rust\n");
    project
}

/// The exit status and the value on standard output.
fn json(project: &Project, arguments: &[&str]) -> (i32, Value) {
    let (status, stdout, stderr) = project.run(arguments);
    let value = serde_json::from_str(&stdout);
    (status, value.unwrap_or_else(|error| panic!("{error}: {stdout}\n{stderr}")))
}

#[test]
fn a_check_tells_of_each_exercise() {
    let project = half_solved();
    let (status, report) = json(&project, &["check", "--json"]);
    assert_eq!((status, &report["solved"]), (0, &1.into()));
    let [one] = &report["exercises"].as_array().unwrap()[..] else { panic!("{report}") };
    assert_eq!((&one["id"], &one["verdict"]), (&"1.1".into(), &"solved".into()));
    assert_eq!(one["tests"][0]["name"], "is_right");

    for which in ["1", "--all"] {
        let (status, report) = json(&project, &["check", which, "--json"]);
        assert_eq!((status, &report["solved"]), (1, &1.into()));
        let [one, two] = &report["exercises"].as_array().unwrap()[..] else { panic!("{report}") };
        assert_eq!(
            (&one["verdict"], &two["verdict"]),
            (&"solved".into(), &"does-not-compile".into())
        );
        assert!(two["compile_errors"][0].as_str().unwrap().starts_with("error: expected"), "{two}");
    }
    // People see the same on standard error.
    let (_, _, said) = project.run(&["check", "1", "--json"]);
    assert!(said.contains("solved      1.1   One"), "{said}");

    let (status, stdout, stderr) = project.run(&["check", "1.7", "--json"]);
    assert_eq!((status, stdout.as_str()), (2, ""));
    assert!(stderr.starts_with("error: there is no exercise"), "{stderr}");
}

#[test]
fn list_and_report_tell_of_the_progress() {
    let project = half_solved();
    assert_eq!(project.course(&["check", "--all"]).0, 1);
    let (status, list) = json(&project, &["list", "--json"]);
    let solved = list.as_array().unwrap().iter().map(|one| one["solved"] == true);
    assert_eq!((status, solved.collect::<Vec<_>>()), (0, vec![true, false]));

    let (status, report) = json(&project, &["report", "--json"]);
    assert_eq!((status, &report["solved"], &report["all"]), (0, &1.into(), &2.into()));
    assert_eq!((&report["attempts"], &report["minutes_left"]), (&2.into(), &1.into()));

    let (status, stdout, _) = project.run(&["list", "--json", "--chapter", "7"]);
    assert_eq!((status, stdout.as_str()), (2, ""));
}

#[test]
fn verify_tells_of_each_thing_that_it_checked() {
    let project = half_solved();
    project.write("solutions/01_sums/e2_two.rs", "pub fn it() -> u32 {\n    3\n}\n");
    let (status, report) = json(&project, &["verify", "1.2", "--json"]);
    assert_eq!((status, &report["right"]), (1, &false.into()), "{report}");
    let checks = report["checks"].as_array().unwrap();
    let what: Vec<_> = checks.iter().map(|check| check["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["stub", "reference"]);
    assert!(checks[1]["problem"].as_str().unwrap().contains("is_right"), "{report}");
}

#[test]
fn verify_checks_only_what_is_wanted() {
    let project = half_solved();
    let patch = "test: is_right\nkind: panic\nwhy: One is not 0.\n--- a/e1_one.rs\n+++ b/e1_one.rs\n\
                 @@ -1,3 +1,3 @@\n pub fn it() -> u32 {\n-    1\n+    0\n }\n";
    project.write("solutions/01_sums/mistakes/e1_one/zero.patch", patch);
    for (only, what) in [("stub", "stub"), ("reference", "reference"), ("mistakes", "mistake")] {
        let (status, report) = json(&project, &["verify", "1.1", "--only", only, "--json"]);
        assert_eq!(status, 0, "{report}");
        let checks = report["checks"].as_array().unwrap();
        assert_eq!((checks.len(), &checks[0]["what"]), (1, &what.into()), "{report}");
    }
}

#[test]
fn a_class_gets_a_file_for_its_machine() {
    let project = half_solved();
    let (status, stdout, _) = project.run(&["check", "--all", "--junit", "results.xml"]);
    assert_eq!((status, stdout.lines().last()), (1, Some("1 of 2 are solved.")), "{stdout}");
    let junit = fs::read_to_string(project.path("results.xml")).unwrap();
    let document = roxmltree::Document::parse(&junit).unwrap();
    let suites = document.descendants().filter(|node| node.has_tag_name("testsuite"));
    let failures: Vec<_> = suites.filter_map(|suite| suite.attribute("failures")).collect();
    assert_eq!(failures, ["0", "1"]);

    let (status, _, stderr) = project.run(&["check", "1.1", "--junit", "no/such/folder.xml"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("error: cannot write no/such/folder.xml: No such file"), "{stderr}");
}
