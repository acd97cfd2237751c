//! The round of work that the introduction shows: the warm-up as shipped, with a mistake, with a
//! hang, and solved. `SNAPSHOTS=overwrite cargo test -p course` records it.

use std::fs;
use std::path::Path;
use std::process::Command;

use course::catalog::Catalog;
use course::verify::mistake::Mistake;
use course::verify::overlay::Overlay;

use crate::KEYS;
use crate::terminal::Terminal;

const MISTAKE: &str = "arguments_end_at_spaces";

const HANGS: &str = "\n# You save a second try. It reads until there are arguments: forever.\n";

const RUNNING: &str = "  running for 2 s; a test that does not end is ended after 5 s\n";

#[test]
fn the_introduction_shows_a_real_round() {
    let catalog = Catalog::of(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    if !catalog.has_references() {
        // A copy for a class, which has nothing to solve it with.
        return;
    }
    let exercise = catalog.find("e0_command_line").unwrap();
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
    round += &terminal.until("behind the last?\n");

    round += HANGS;
    save(&hanging(&reference));
    round += &terminal.until(KEYS);

    round += "\n# You save a third one.\n";
    save(&reference);
    round += &terminal.until(KEYS);

    round += "\n# You press n.\n";
    terminal.press("n");
    round += &terminal.until("\nchecking 1.1 ...\n");
    terminal.press("q");
    assert!(terminal.end(course).0.success());

    assert!(!round.contains('\u{1b}'), "NO_COLOR is set: {round:?}");
    let recorded = catalog.root.join("book/results/introduction/first_round.txt");
    let round = without_chance(&round);
    snapbox::assert_data_eq!(round, snapbox::Data::read_from(&recorded, None).raw());
}

/// A try that never ends, for a process that has ended has no arguments.
fn hanging(reference: &str) -> String {
    let (before, after) = reference.split_once("    let bytes = ").unwrap();
    let (read, after) = after.split_once(";\n").unwrap();
    let patient = format!("while bytes.is_empty() {{\n        bytes = {read};\n    }}\n");
    format!("{before}    let mut bytes = Vec::new();\n    {patient}{after}")
}

/// What Cargo says of its work differs from time to time. So do the words of the course on tests
/// that run for long; the first ones on those that hang do not.
fn without_chance(text: &str) -> String {
    let (before, hanging) = text.split_once(HANGS).unwrap();
    let (first, after) = hanging.split_once(RUNNING).unwrap();
    let is_chance = |line: &&str| {
        let words = ["Compiling ", "Finished ", "Blocking ", "running for "];
        words.iter().any(|word| line.trim().starts_with(word))
    };
    let certain = |text: &str| -> String {
        text.split_inclusive('\n').filter(|line| !is_chance(line)).collect()
    };
    certain(before) + HANGS + &certain(first) + RUNNING + &certain(after)
}
