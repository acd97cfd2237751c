//! Forty submissions to the first exercise of chapter 2, ten and more of them hostile, in one call.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use course::catalog::{Catalog, Exercise};
use course::verify::mistake::{DOES_NOT_COMPILE, Mistake};
use serde_json::Value;
use tempfile::TempDir;

use crate::hostile::{self, Hostile};
use crate::system::{has_namespaces, processes_with};

/// Submissions, and the row that each must get.
struct Class {
    room: TempDir,
    project: Catalog,
    /// The verdict on the exercise, or why it is no submission.
    expected: BTreeMap<String, String>,
}

impl Class {
    fn new() -> Class {
        let project = Catalog::of(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        Class { room: tempfile::tempdir().unwrap(), project, expected: BTreeMap::new() }
    }

    fn exercise(&self) -> &Exercise {
        self.project.find("2.0").unwrap()
    }

    /// Adds a submission; returns its file, which may not be there, but whose folder is.
    fn add(&mut self, name: &str, verdict: &str) -> std::path::PathBuf {
        let file = self.project.short(&self.exercise().file());
        let file = self.room.path().join(name).join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        self.expected.insert(name.to_owned(), verdict.to_owned());
        file
    }

    fn write(&mut self, name: &str, verdict: &str, text: &str) {
        let file = self.add(name, verdict);
        fs::write(file, text).unwrap();
    }

    /// Those who have worked: right answers, known mistakes, and stubs.
    fn add_learners(&mut self) {
        let reference = fs::read_to_string(self.exercise().solution()).unwrap();
        let stub = fs::read_to_string(self.exercise().stub()).unwrap();
        self.write("right", "solved", &reference);
        self.write("right_on_windows", "solved", &reference.replace('\n', "\r\n"));
        self.write("right_with_a_warning", "solved", &format!("{reference}\nfn unused() {{}}\n"));
        self.write("right_with_prose", "solved", &format!("{reference}\n// It includes 東京.\n"));
        self.write("as_shipped", "not-started", &stub);
        self.write("nearly_as_shipped", "failed", &format!("{stub}\n"));
        self.write("empty_file", "does-not-compile", "");
        self.write("no_rust", "does-not-compile", "This is no Rust.\n");
        for mistake in Mistake::all(self.exercise()).unwrap() {
            let does_not_compile = mistake.kind == DOES_NOT_COMPILE;
            let verdict = if does_not_compile { DOES_NOT_COMPILE } else { "failed" };
            let text = mistake.apply(&reference).unwrap();
            self.write(&format!("mistake_{}", mistake.name), verdict, &text);
        }
        self.add("no_file", "no-file");
        for (name, problem) in [
            ("empty_folder", "it has no folder `exercises`, so it is no copy of the course"),
            ("a_file", "it is no folder"),
            ("absent", "it is not there"),
        ] {
            self.expected.insert(name.to_owned(), problem.to_owned());
        }
        fs::create_dir(self.room.path().join("empty_folder")).unwrap();
        fs::write(self.room.path().join("a_file"), "").unwrap();
    }

    fn add_hostile(&mut self, has_walls: bool) {
        for Hostile { name, verdict, code, needs_walls } in hostile::code(&self.project.root) {
            if has_walls || !needs_walls {
                self.write(name, verdict, &code);
            }
        }
        for (name, make) in hostile::FILES {
            let file = self.add(name, "refused");
            make(&file);
        }
        // All but the file of the exercise is made to pass, and to harm.
        let reference = fs::read_to_string(self.exercise().solution()).unwrap();
        for (name, verdict, text) in [
            ("surrounded_and_right", "solved", reference.as_str()),
            ("surrounded_and_wrong", "failed", &hostile::function("panic!(\"{command:?}\")")),
        ] {
            self.write(name, verdict, text);
            hostile::surround(&self.room.path().join(name), "exercises/02_lifecycle");
        }
    }

    /// The row of each submission: its verdict, or why it is none.
    fn grade(&self, has_walls: bool) -> BTreeMap<String, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_course"));
        command.args(["grade", "--only", "2.0", "--limit", "120", "--json"]);
        command.args(if has_walls { &[][..] } else { &["--uncontained"] });
        command.args(self.expected.keys().map(|name| self.room.path().join(name)));
        let output = command.current_dir(&self.project.root).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        println!("{said}");
        assert_eq!(output.status.code(), Some(1), "{said}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let row = |row: &Value| {
            let name = row["submission"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            let problem = row["problem"].as_str();
            let verdict = problem.or_else(|| row["exercises"][0]["verdict"].as_str()).unwrap();
            (name, verdict.to_owned())
        };
        report["submissions"].as_array().unwrap().iter().map(row).collect()
    }
}

#[test]
#[ignore = "it takes a minute; ./check runs it"]
fn forty_submissions_get_the_right_rows_and_leave_nothing() {
    let mut class = Class::new();
    if !class.project.has_references() {
        return; // A copy for a class has nothing to make right answers from.
    }
    let has_walls = has_namespaces();
    class.add_learners();
    let learners = class.expected.len();
    class.add_hostile(has_walls);
    let all = class.expected.len();
    assert!(all >= 40 || !has_walls, "{all} submissions");
    assert!(all - learners >= 10, "{} are hostile", all - learners);

    assert_eq!(class.grade(has_walls), class.expected);

    assert_eq!(processes_with(hostile::MARKER), Vec::<String>::new());
    let slots = class.project.target.join("grade");
    assert_eq!(processes_with(slots.to_str().unwrap()), Vec::<String>::new());
    for place in hostile::places(&class.project.root) {
        assert!(!has_walls || !place.exists(), "{} was written", place.display());
    }
    let rooms = slots.join("0/rooms");
    assert_eq!(fs::read_dir(rooms).unwrap().count(), 0);
    assert!(class.exercise().file().exists() && class.exercise().solution().exists());
}
