//! A learner's project of one chapter and two exercises, in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use course::shipped;
use tempfile::TempDir;

/// How a test without the grader reports that it passed.
const PASSES: &str = "fn main_is_right(right: bool) {\n    use std::io::Write;\n    \
     let report = std::env::var(\"GRADE_REPORT\").expect(\"the course asks for a report\");\n    \
     let verdict = if right { \"pass\" } else { \"panic\" };\n    \
     let file = std::fs::File::options().append(true).create(true).open(report);\n    \
     let line = format!(\"is_right\\t{verdict}\\t1\\twrong\\tadd\\t\\n\");\n    \
     file.unwrap().write_all(line.as_bytes()).unwrap();\n    assert!(right);\n}\n";

/// The project, which goes when the value does.
pub struct Project(TempDir);

impl Project {
    pub fn new() -> Project {
        let project = Project(tempfile::tempdir().unwrap());
        project.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"exercises/*\"]\n\n\
             [workspace.package]\nversion = \"0.0.0\"\n\n\
             [workspace.lints.rust]\nunused_must_use = \"deny\"\n",
        );
        project.write(
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"sums\"\nversion = \"0.0.0\"\n",
        );
        project.write(
            "exercises/01_sums/Cargo.toml",
            "[package]\nname = \"sums\"\nversion.workspace = true\nedition = \"2024\"\n\n\
             [package.metadata.course]\n\
             e1_one = { difficulty = 1, minutes = 1, track = \"core\" }\n\
             e2_two = { difficulty = 1, minutes = 1, track = \"core\" }\n\n\
             [lib]\ntest = false\ndoctest = false\n\n[lints]\nworkspace = true\n\n\
             [features]\nsolution = []\n",
        );
        let module = |exercise: &str| {
            let path = format!("../../../solutions/01_sums/{exercise}.rs");
            format!("#[cfg_attr(feature = \"solution\", path = \"{path}\")]\npub mod {exercise};\n")
        };
        let modules = module("e1_one") + &module("e2_two");
        project.write("exercises/01_sums/src/lib.rs", &modules);
        project.set("e1_one", 1);
        project.set("e2_two", 2);
        project.record();
        project
    }

    /// Writes the files of an exercise that returns `answer`.
    pub fn set(&self, exercise: &str, answer: u32) {
        let stub = format!("//! Return {answer}.\npub fn it() -> u32 {{\n    0\n}}\n");
        self.write(&format!("solutions/01_sums/stubs/{exercise}.rs"), &stub);
        self.write(&format!("exercises/01_sums/src/{exercise}.rs"), &stub);
        let solved = format!("pub fn it() -> u32 {{\n    {answer}\n}}\n");
        self.write(&format!("solutions/01_sums/{exercise}.rs"), &solved);
        let test = format!(
            "{PASSES}\n#[test]\nfn is_right() {{\n    \
             main_is_right(sums::{exercise}::it() == {answer});\n}}\n"
        );
        self.write(&format!("exercises/01_sums/tests/{exercise}.rs"), &test);
    }

    /// Makes the tests as they are now those that the project ships.
    pub fn record(&self) {
        let record = shipped::record(&self.path("exercises/01_sums")).unwrap();
        self.write("solutions/01_sums/shipped.txt", &record);
    }

    pub fn write(&self, file: &str, text: &str) {
        let file = self.path(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.root().join(file)
    }

    pub fn root(&self) -> &Path {
        self.0.path()
    }

    /// `cargo course` with these arguments, without a terminal.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_course"));
        command
            .args(arguments)
            .current_dir(self.root())
            .env("CARGO_TARGET_DIR", self.path("target"))
            .env("CARGO_NET_OFFLINE", "true")
            // What a killed course leaves there goes with the project.
            .env("TMPDIR", self.root());
        command
    }

    /// Its exit status, and what it prints: to standard output, and to standard error.
    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
        (status.code().unwrap(), stdout, stderr)
    }

    /// Its exit status, and all that it prints.
    pub fn course(&self, arguments: &[&str]) -> (i32, String) {
        let (status, stdout, stderr) = self.run(arguments);
        (status, stderr + &stdout)
    }
}
