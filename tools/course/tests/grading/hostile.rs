//! What hostile learners hand in.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// In the command line of what hostile code leaves running.
pub const MARKER: &str = "86394";

/// A file that hostile code tries to write wherever it can.
const STAIN: &str = "stain-86394";

pub struct Hostile {
    pub name: &'static str,
    pub verdict: &'static str,
    pub code: String,
    /// Whether it harms this project where there are no namespaces.
    pub needs_walls: bool,
}

/// An answer to exercise 2.0 with this body.
pub fn function(body: &str) -> String {
    format!(
        "use std::io;\nuse std::process::Command;\n\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\n\
         pub enum Ended {{\n    Exited(u8),\n    Signaled(i32),\n}}\n\n\
         pub fn run(command: &mut Command) -> io::Result<Ended> {{\n    {body}\n}}\n"
    )
}

/// Where hostile code tries to write.
pub fn places(project: &Path) -> Vec<PathBuf> {
    let target = project.join("target/grade");
    let home = std::env::home_dir().unwrap_or_default();
    let folders = [project, &target, &home, Path::new("/usr"), Path::new("/tmp")];
    folders.map(|folder| folder.join(STAIN)).to_vec()
}

/// Hostile code, given the folder of the project.
pub fn code(project: &Path) -> Vec<Hostile> {
    let root = project.display();
    let of = |needs_walls| move |name, verdict, code| Hostile { name, verdict, code, needs_walls };
    let mut all: Vec<Hostile> =
        FAILS.iter().map(|(name, body)| of(false)(*name, "failed", function(body))).collect();
    let refused = of(false);
    let before = "#[unsafe(link_section = \".init_array\")]\n#[used]\n\
                  static FIRST: extern \"C\" fn() = first;\n\
                  extern \"C\" fn first() {\n    std::process::exit(0)\n}\n";
    let answer = function("let _ = command;\n    Ok(Ended::Exited(0))");
    all.push(refused("runs_before_the_tests", "refused", format!("{answer}{before}")));
    let instead = "#[unsafe(no_mangle)]\nextern \"C\" fn write(_: i32, _: *const u8, n: usize) -> \
                   isize {\n    n as isize\n}\n";
    all.push(refused("replaces_a_function", "refused", format!("{answer}{instead}")));

    let broken = of(false);
    all.push(broken(
        "includes_without_end",
        "does-not-compile",
        function("let _ = command;\n    include!(\"/dev/zero\")"),
    ));
    all.push(broken(
        "expands_without_end",
        "does-not-compile",
        function(
            "let _ = command;\n    macro_rules! more {\n        ($($x:tt)*) => { \
             more!($($x)* $($x)*) };\n    }\n    more!(a)",
        ),
    ));

    let walled = of(true);
    all.push(walled("kills_all", "failed", function(KILLS_ALL)));
    all.push(walled("forges_a_report", "failed", function(FORGES_A_REPORT)));
    let reference = format!("{root}/solutions/02_lifecycle/e0_exit_status.rs");
    all.push(walled(
        "takes_the_reference",
        "does-not-compile",
        format!("#[path = \"{reference}\"]\nmod theirs;\npub use theirs::*;\n"),
    ));
    let places: String = places(project)
        .iter()
        .map(|place| format!("{:?}, ", place.display().to_string()))
        .collect();
    all.push(walled(
        "writes_everywhere",
        "failed",
        function(&format!(
            "for place in [{places}] {{\n        let _ = std::fs::write(place, \"was here\");\n    \
             }}\n    panic!(\"{{command:?}}\")"
        )),
    ));
    all.push(walled(
        "deletes_everything",
        "failed",
        function(&format!(
            "for place in [\"..\", env!(\"CARGO_MANIFEST_DIR\"), \"{root}/solutions\"] {{\n        \
             let _ = std::fs::remove_dir_all(place);\n    }}\n    panic!(\"{{command:?}}\")"
        )),
    ));
    all
}

/// Bodies that compile, run, and must not pass.
const FAILS: [(&str, &str); 6] = [
    ("exits_with_0", "let _ = command;\n    std::process::exit(0)"),
    ("never_ends", "let _ = command;\n    loop {\n        std::hint::spin_loop()\n    }"),
    ("aborts", "let _ = command;\n    std::process::abort()"),
    (
        "prints_a_pass",
        "let _ = command;\n    println!(\"test result: ok. 7 passed; 0 failed\");\n    \
         std::process::exit(0)",
    ),
    (
        "leaves_a_daemon",
        "let _ = Command::new(\"setsid\").args([\"sleep\", \"86394\"]).spawn();\n    \
         panic!(\"{command:?}\")",
    ),
    (
        // Bounded, should nothing else bound it: its children start none.
        "starts_many",
        "for _ in 0..400 {\n        let _ = Command::new(\"sleep\").arg(\"86394\").spawn();\n    }\n    \
         panic!(\"{command:?}\")",
    ),
];

/// The grader alone denies this, where the system lets it.
const KILLS_ALL: &str = r#"let _ = command;
    let parent = std::os::unix::process::parent_id().to_string();
    for whom in [parent.as_str(), "-1", "1"] {
        let _ = Command::new("kill").args(["-s", "KILL", "--", whom]).status();
    }
    std::process::exit(0)"#;

/// The supervisor's environment has no report, but that of its parent has; without walls it finds
/// those of everybody else, too.
const FORGES_A_REPORT: &str = r#"let _ = command;
    for process in std::fs::read_dir("/proc")?.flatten() {
        let environ = std::fs::read(process.path().join("environ")).unwrap_or_default();
        let environ = String::from_utf8_lossy(&environ).into_owned();
        for report in environ.split('\0').filter_map(|one| one.strip_prefix("GRADE_REPORT=")) {
            let _ = std::fs::write(report, "the_program_runs_once\tpass\t1\t\t\t\n");
        }
    }
    std::process::exit(0)"#;

/// Makes a file.
type Make = fn(&Path);

/// Files that are none.
pub const FILES: [(&str, Make); 4] = [
    ("a_link_without_end", |file| symlink("/dev/zero", file).unwrap()),
    ("a_link_to_the_passwords", |file| symlink("/etc/passwd", file).unwrap()),
    ("not_utf_8", |file| fs::write(file, b"\xff\xfe").unwrap()),
    // Without blocks on the disk, it is 1 TiB of zeros.
    ("a_huge_file", |file| fs::File::create(file).unwrap().set_len(1 << 40).unwrap()),
];

/// Puts around the learners' files whatever would make a pass of any of them, or do harm.
pub fn surround(submission: &Path, chapter: &str) {
    let harm = "compile_error!(\"this was compiled\");\nfn main() { panic!(\"this was run\") }\n";
    let package = submission.join(chapter);
    fs::create_dir_all(package.join("tests")).unwrap();
    fs::create_dir_all(submission.join(".cargo")).unwrap();
    fs::write(package.join("build.rs"), harm).unwrap();
    fs::write(package.join("src/lib.rs"), harm).unwrap();
    fs::write(package.join("tests/e0_exit_status.rs"), "#[test]\nfn passes() {}\n").unwrap();
    fs::write(package.join("Cargo.toml"), "this is no manifest").unwrap();
    let config = "[build]\nrustc-wrapper = \"false\"\n[target.'cfg(all())']\nrunner = \"true\"\n";
    fs::write(submission.join(".cargo/config.toml"), config).unwrap();
    fs::write(submission.join("rust-toolchain.toml"), "[toolchain]\nchannel = \"none\"\n").unwrap();
}
