//! What other programs get: JSON, JUnit, and points for GitHub Classroom.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::rows::{class, grade};

#[test]
fn other_programs_get_rows_too() {
    let project = class();
    let file = project.path("report.xml");
    let junit = ["--json", "--junit", file.to_str().unwrap(), "--only", "1.1"];
    let (status, json, said) = grade(&project, &junit, &["ann", "ben", "eve", "fay"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("class/ann"), "people read the same on standard error: {said}");
    let mut report: Value = serde_json::from_str(&json).unwrap();
    // What is a test's own is the same as in `check --json`.
    for row in report["submissions"].as_array_mut().unwrap() {
        for graded in row["exercises"].as_array_mut().unwrap() {
            graded["tests"] = graded["tests"].as_array().unwrap().len().into();
        }
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).unwrap(), @r#"
    {
      "solved": 1,
      "submissions": [
        {
          "all": 1,
          "exercises": [
            {
              "altered_files": [],
              "beside_as_shipped": [],
              "chapter": "01_sums",
              "compile_errors": [],
              "file": "exercises/01_sums/src/e1_one.rs",
              "id": "1.1",
              "name": "one",
              "program": null,
              "reason": null,
              "tests": 1,
              "title": "One",
              "verdict": "solved"
            }
          ],
          "problem": null,
          "solved": 1,
          "submission": "class/ann"
        },
        {
          "all": 1,
          "exercises": [
            {
              "altered_files": [],
              "beside_as_shipped": [],
              "chapter": "01_sums",
              "compile_errors": [],
              "file": "exercises/01_sums/src/e1_one.rs",
              "id": "1.1",
              "name": "one",
              "program": null,
              "reason": null,
              "tests": 1,
              "title": "One",
              "verdict": "failed"
            }
          ],
          "problem": null,
          "solved": 0,
          "submission": "class/ben"
        },
        {
          "all": 1,
          "exercises": [
            {
              "altered_files": [],
              "beside_as_shipped": [],
              "chapter": "01_sums",
              "compile_errors": [],
              "file": "exercises/01_sums/src/e1_one.rs",
              "id": "1.1",
              "name": "one",
              "program": null,
              "reason": "it says `no_mangle`, which can run code before the tests begin; take the word out",
              "tests": 0,
              "title": "One",
              "verdict": "refused"
            }
          ],
          "problem": null,
          "solved": 0,
          "submission": "class/eve"
        },
        {
          "all": 1,
          "exercises": [],
          "problem": "it is no folder",
          "solved": 0,
          "submission": "class/fay"
        }
      ]
    }
    "#);

    let text = fs::read_to_string(file).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    let suites: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("testsuite"))
        .map(|node| ["name", "failures"].map(|name| node.attribute(name).unwrap()).join(" "))
        .collect();
    insta::assert_snapshot!(suites.join("\n"), @"
    class/ann/01_sums/one 0
    class/ben/01_sums/one 1
    class/eve/01_sums/one 1
    class/fay 1
    ");
}

#[test]
fn github_classroom_gets_points() {
    let filter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.github/classroom.jq");
    let mut jq = Command::new("jq");
    jq.args(["--raw-output", "--from-file"]).arg(filter).stdin(Stdio::piped());
    let Ok(mut jq) = jq.stdout(Stdio::piped()).spawn() else {
        return println!("there is no jq here");
    };
    let (_, json, _) = grade(&class(), &["--json"], &["ben"]);
    jq.stdin.take().unwrap().write_all(json.as_bytes()).unwrap();
    let points = jq.wait_with_output().unwrap().stdout;
    let mut base64 =
        Command::new("base64").arg("-d").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let base64 = base64.as_mut().unwrap();
    base64.stdin.take().unwrap().write_all(&points).unwrap();
    let mut text = String::new();
    base64.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    base64.wait().unwrap();
    insta::assert_snapshot!(text, @r#"{"version":1,"status":"fail","max_score":2,"tests":[{"name":"1.1 One","status":"fail","score":0,"message":"failed: is_right"},{"name":"1.2 Two","status":"pass","score":1,"message":"solved"}]}"#);
}
