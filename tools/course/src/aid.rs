//! What helps a learner on: hints, one more each time, and the reference.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::catalog::{Catalog, Exercise};
use crate::progress::Store;

/// The next hint of an exercise as text, or all of them.
///
/// # Errors
///
/// Fails where the hints or the progress cannot be read.
pub fn hint(exercise: &Exercise, store: &Store, all: bool) -> Result<String> {
    let hints = exercise.hints()?;
    let progress = store.change(exercise, |entry| {
        entry.hints =
            if all { hints.len() } else { entry.hints.saturating_add(1).min(hints.len()) };
    })?;
    let (id, of) = (exercise.id(), hints.len());
    let reached = progress.of(exercise).hints.min(of);
    let first = if all { 0 } else { reached.saturating_sub(1) };
    let mut text: String = (first..reached)
        .map(|number| format!("\nhint {} of {of} for {id}\n\n{}\n", number + 1, hints[number]))
        .collect();
    if reached == of && exercise.solution().exists() {
        text += &format!(
            "\nThat was the last hint. What is left is the reference: `cargo course solution {id} \
             --show`.\n"
        );
    }
    Ok(text)
}

/// The reference of an exercise and where it is, if the learner has solved it or insists (`show`).
///
/// # Errors
///
/// Fails where it must not be shown, or cannot be read.
pub fn solution(
    catalog: &Catalog,
    exercise: &Exercise,
    store: &Store,
    show: bool,
) -> Result<String> {
    let id = exercise.id();
    ensure!(
        catalog.has_references(),
        "this copy of the course comes without references; ask who gave it to you for that of {id}"
    );
    ensure!(
        show || store.read()?.was_solved(exercise),
        "{id} is not solved yet; `cargo course hint {id}` helps, and \
         `cargo course solution {id} --show` shows the reference all the same"
    );
    let file = exercise.solution();
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let (file, mistakes) = (catalog.short(&file), catalog.short(&exercise.mistakes()));
    Ok(format!("{text}\nThis is {file}; known mistakes are in {mistakes}.\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::project;
    use crate::verify::mirror;

    #[test]
    fn hints_come_one_by_one_and_the_last_again() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        mirror::write(&exercise.hints_file(), "Think.\n---\nIt is 1.\n").unwrap();
        insta::assert_snapshot!(hint(exercise, &store, false).unwrap(), @"

        hint 1 of 2 for 1.1

        Think.
        ");
        let second = hint(exercise, &store, false).unwrap();
        insta::assert_snapshot!(second, @"

        hint 2 of 2 for 1.1

        It is 1.

        That was the last hint. What is left is the reference: `cargo course solution 1.1 --show`.
        ");
        assert_eq!(hint(exercise, &store, false).unwrap(), second);
        assert_eq!(hint(exercise, &store, true).unwrap().matches("hint ").count(), 2);
        assert_eq!(store.read().unwrap().of(exercise).hints, 2);
    }

    #[test]
    fn hints_that_became_fewer_are_no_trouble() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        mirror::write(&exercise.hints_file(), "Think.\n").unwrap();
        store.change(exercise, |entry| entry.hints = usize::MAX).unwrap();
        assert!(hint(exercise, &store, false).unwrap().contains("hint 1 of 1"));
    }

    #[test]
    fn the_reference_is_shown_after_a_pass_or_on_request() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        let said = |show| solution(&catalog, exercise, &store, show);
        insta::assert_snapshot!(said(false).unwrap_err(), @"1.1 is not solved yet; `cargo course hint 1.1` helps, and `cargo course solution 1.1 --show` shows the reference all the same");
        insta::assert_snapshot!(said(true).unwrap(), @"
        pub fn one() -> u32 {
            1
        }

        This is solutions/01_sums/e1_one.rs; known mistakes are in solutions/01_sums/mistakes/e1_one.
        ");
        store.change(exercise, |entry| entry.attempted(true)).unwrap();
        assert!(said(false).is_ok());
    }
}
