//! The round of work that the introduction shows: what `cargo course check` says of the warm-up as
//! shipped, with a mistake, and solved. `SNAPSHOTS=overwrite cargo test -p course` records it.

use std::fs;
use std::path::Path;
use std::process::Command;

use course::catalog::{Catalog, Exercise};
use course::verify::mistake::Mistake;
use course::verify::overlay::Overlay;

const MISTAKE: &str = "a_signal_counts_as_success";

#[test]
fn the_introduction_shows_a_real_round() {
    let catalog = Catalog::of(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let exercise = catalog.find("e0_exit_status").unwrap();
    let reference = fs::read_to_string(exercise.solution()).unwrap();
    let mistakes = Mistake::all(exercise).unwrap();
    let mistake = mistakes.iter().find(|mistake| mistake.name == MISTAKE).unwrap();

    let mut round = String::new();
    for (what, text) in [
        ("# the file as it was shipped", fs::read_to_string(exercise.stub()).unwrap()),
        ("# a first try", mistake.apply(&reference).unwrap()),
        ("# a second one", reference.clone()),
    ] {
        round +=
            &format!("{what}\n$ cargo course check 2.0\n{}\n", said(&catalog, exercise, &text));
    }

    let recorded = catalog.root.join("book/results/introduction/first_round.txt");
    snapbox::assert_data_eq!(round, snapbox::Data::read_from(&recorded, None).raw());
}

fn said(catalog: &Catalog, exercise: &Exercise, text: &str) -> String {
    let overlay = Overlay::changed(catalog, exercise, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_course"))
        .args(["check", "2.0"])
        .current_dir(overlay.folder())
        .env("CARGO_TARGET_DIR", overlay.target())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_ne!(output.status.code(), Some(2), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}
