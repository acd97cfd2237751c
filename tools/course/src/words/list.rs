//! The list of all exercises.

use std::fmt::Write as _;

use crate::catalog::{Catalog, Track};
use crate::progress::Progress;

/// The list of all exercises.
pub fn list(catalog: &Catalog, progress: &Progress) -> String {
    let mut text = String::new();
    let solved = catalog.exercises.iter().filter(|exercise| progress.is_solved(exercise)).count();
    for exercise in &catalog.exercises {
        let mark = if progress.is_solved(exercise) { "solved" } else { "-" };
        let track = if exercise.facts.track == Track::Stretch { "stretch" } else { "" };
        let line = format!(
            "{mark:6}  {:5} {:18} difficulty {}  {:3} min  {track}",
            exercise.id(),
            exercise.title(),
            exercise.facts.difficulty,
            exercise.facts.minutes,
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(
        text,
        "\n{solved} of {} solved. The minutes are estimates.",
        catalog.exercises.len()
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::project;

    #[test]
    fn the_list_shows_what_is_solved() {
        let (_folder, catalog) = project();
        let store = crate::progress::Store::of(&catalog.root);
        let progress = store.change(&catalog.exercises[0], |entry| entry.attempted(true)).unwrap();
        insta::assert_snapshot!(list(&catalog, &progress), @"
        solved  1.1   One                difficulty 1    1 min
        -       1.2   Two                difficulty 1    1 min

        1 of 2 solved. The minutes are estimates.
        ");
    }
}
