//! The round of work that the introduction shows: the warm-up as shipped, with a mistake, with a
//! hang, and solved. `SNAPSHOTS=overwrite cargo test -p course` records it.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::Command;

use course::catalog::Catalog;
use course::verify::mistake::Mistake;
use course::verify::overlay::Overlay;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::KEYS;
use crate::terminal::Terminal;

const MISTAKE: &str = "a_signal_counts_as_success";

#[test]
fn the_introduction_shows_a_real_round() {
    let catalog = Catalog::of(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let exercise = catalog.find("e0_exit_status").unwrap();
    let reference = fs::read_to_string(exercise.solution()).unwrap();
    let stub = fs::read_to_string(exercise.stub()).unwrap();
    let mistakes = Mistake::all(exercise).unwrap();
    let mistake = mistakes.iter().find(|mistake| mistake.name == MISTAKE).unwrap();

    let overlay = Overlay::changed(&catalog, exercise, &stub).unwrap();
    let file = overlay.folder().join(catalog.short(&exercise.file()));
    let save = |text: &str| fs::write(&file, text).unwrap();
    save(&stub);
    // What an earlier run has solved.
    let _ = fs::remove_dir_all(overlay.folder().join(".course"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_course"));
    command.current_dir(overlay.folder()).env("CARGO_TARGET_DIR", overlay.target());
    let (mut terminal, course) = Terminal::start(command, 100);

    let mut round = "$ cargo course".to_owned();
    round += &terminal.until(KEYS);

    round += "\n# You save a first try.\n";
    save(&mistake.apply(&reference).unwrap());
    round += &terminal.until(KEYS);

    round += "\n# You press h.\n";
    terminal.press("h");
    round += &terminal.until("did not exit?\n");

    round +=
        "\n# You save a second try. It waits until the process has gone from /proc: forever.\n";
    let folder = tempfile::tempdir().unwrap();
    let (hanging, mut here) = hanging(&stub, folder.path());
    save(&hanging);
    round += &terminal.until("\nchecking 2.0 ...\n");
    here.read_exact(&mut [0]).unwrap();
    round += &terminal.until(" is ended after 5 s\n");

    round += "\n# You save a third one.\n";
    save(&reference);
    round += &terminal.until(KEYS);

    round += "\n# You press n.\n";
    terminal.press("n");
    round += &terminal.until("\nchecking 2.1 ...\n");
    terminal.press("q");
    assert!(terminal.end(course).0.success());

    assert!(!round.contains('\u{1b}'), "NO_COLOR is set: {round:?}");
    let recorded = catalog.root.join("book/results/introduction/first_round.txt");
    let round = without_chance(&round);
    snapbox::assert_data_eq!(round, snapbox::Data::read_from(&recorded, None).raw());
}

/// A try that never ends, for a process that nobody has waited for stays in `/proc`; and a pipe
/// that tells when it runs.
fn hanging(stub: &str, folder: &Path) -> (String, File) {
    let pipe = folder.join("here");
    mkfifo(&pipe, Mode::S_IRWXU).unwrap();
    // For reading and writing, so that neither side waits for the other to open it.
    let here = File::options().read(true).write(true).open(&pipe).unwrap();
    let start = stub.find("    // TODO").unwrap();
    let body = format!(
        "    let child = command.spawn()?;\n    std::fs::write({pipe:?}, \"x\")?;\n    \
         while std::path::Path::new(&format!(\"/proc/{{}}\", child.id())).exists() {{\n        \
         std::thread::yield_now();\n    }}\n    Ok(Ended::Exited(0))\n}}\n"
    );
    (stub[..start].to_owned() + &body, here)
}

/// What Cargo says of its work differs from time to time, and so does what the course says of tests
/// that only the machine keeps waiting.
fn without_chance(text: &str) -> String {
    let mut hangs = false;
    let mut is_chance = |line: &&str| {
        hangs =
            line.starts_with('#') && line.contains("forever") || hangs && !line.starts_with('#');
        let line = line.trim();
        ["Compiling ", "Finished ", "Blocking "].iter().any(|word| line.starts_with(word))
            || line.starts_with("running for") && !hangs
    };
    text.split_inclusive('\n').filter(|line| !is_chance(line)).collect()
}
