//! What the learner reads.

mod verdict;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

pub use verdict::verdict;

use crate::catalog::{Catalog, Exercise, Track};
use crate::progress::Progress;

/// What a learner can type in the watch mode.
pub fn keys() -> &'static str {
    "\nSave the file to check again. Or type a letter, then Enter:\n  \
     h hint   n next   l list   b book   q quit   ? this help\n"
}

/// When a save starts the next check.
pub fn again(exercise: &Exercise) -> String {
    format!("\nSaved: checking {} again.\n", exercise.id())
}

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

/// What an exercise asks for, and where.
///
/// # Errors
///
/// Fails where the stub cannot be read.
pub fn task(catalog: &Catalog, exercise: &Exercise) -> Result<String> {
    Ok(format!(
        "{} {}: {}\n  edit   {}\n  read   {} (or: cargo course book)\n  check  cargo course check {}\n  hints  cargo course hint {}\n",
        exercise.id(),
        exercise.title(),
        exercise.task()?,
        catalog.short(&exercise.file()),
        catalog.short(&exercise.page()),
        exercise.id(),
        exercise.id(),
    ))
}

/// Where the learner's file does not compile; the compiler has said why.
pub fn does_not_compile(exercise: &Exercise) -> String {
    format!("\n{} does not compile yet: see the error above.\n", exercise.id())
}

/// Where another exercise of the chapter does not compile.
pub fn broken_neighbor(catalog: &Catalog, exercise: &Exercise, other: &Exercise) -> String {
    let id = exercise.id();
    format!(
        "\n{} does not compile. That is exercise {}; it takes nothing from {id}, which is now \
         checked beside the others as they were shipped.\n\n",
        catalog.short(&other.file()),
        other.id(),
    )
}

/// Where the learner's file is not there.
pub fn missing(catalog: &Catalog, exercise: &Exercise) -> String {
    format!(
        "{} is not there; `cargo course reset {}` puts it back as it was shipped.\n",
        catalog.short(&exercise.file()),
        exercise.id()
    )
}

/// When there is nothing left to do.
pub fn all_solved(catalog: &Catalog) -> String {
    format!("All {} exercises are solved.\n", catalog.exercises.len())
}

/// After a reset; `kept` is where the learner's file is now.
pub fn reset(catalog: &Catalog, exercise: &Exercise, kept: Option<&Path>) -> String {
    let file = catalog.short(&exercise.file());
    match kept {
        Some(kept) => format!(
            "{file} is as it was shipped.\nYour version is kept as {}.\n",
            catalog.short(kept)
        ),
        None => format!("{file} is as it was shipped; there was nothing of yours to keep.\n"),
    }
}

/// When the record in `.course/` was no record; both names are of files there.
pub fn progress_moved_aside(file: &str, aside: &str) -> String {
    format!(
        ".course/{file} cannot be read; it is kept as .course/{aside}.\nYour solutions are safe: \
         `cargo course check --all` records anew what is solved.\n\n"
    )
}

/// Before the first start of the book.
pub fn book_is_built() -> &'static str {
    "The program that renders the book is built first: once, for about a minute.\n"
}

/// After a pass: what to compare with, and what is next.
pub fn solved(catalog: &Catalog, exercise: &Exercise, next: Option<&Exercise>) -> String {
    let next = match next {
        Some(next) => {
            format!("  next      {} {}: cargo course check {0}\n", next.id(), next.title())
        }
        None => {
            let all = catalog.exercises.len();
            format!("\nThat was the last: all {all} exercises are solved.\n")
        }
    };
    format!(
        "\n{} {} is solved.\n  compare   {}\n  mistakes  {}\n{next}",
        exercise.id(),
        exercise.title(),
        catalog.short(&exercise.solution()),
        catalog.short(&exercise.mistakes()),
    )
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

    #[test]
    fn trouble_with_files_is_named_with_its_mend() {
        let (_folder, catalog) = project();
        let [one, two] = &catalog.exercises[..] else { panic!("there are two exercises") };
        insta::assert_snapshot!(does_not_compile(one), @"

        1.1 does not compile yet: see the error above.
        ");
        insta::assert_snapshot!(broken_neighbor(&catalog, one, two), @"

        exercises/01_sums/src/e2_two.rs does not compile. That is exercise 1.2; it takes nothing from 1.1, which is now checked beside the others as they were shipped.
        ");
        insta::assert_snapshot!(missing(&catalog, one), @"exercises/01_sums/src/e1_one.rs is not there; `cargo course reset 1.1` puts it back as it was shipped.");
    }

    #[test]
    fn a_reset_says_where_the_old_version_is() {
        let (_folder, catalog) = project();
        let one = &catalog.exercises[0];
        let kept = catalog.root.join(".course/kept/e1_one.then.rs");
        insta::assert_snapshot!(reset(&catalog, one, Some(&kept)), @"
        exercises/01_sums/src/e1_one.rs is as it was shipped.
        Your version is kept as .course/kept/e1_one.then.rs.
        ");
        insta::assert_snapshot!(reset(&catalog, one, None), @"exercises/01_sums/src/e1_one.rs is as it was shipped; there was nothing of yours to keep.");
    }

    #[test]
    fn a_lost_record_is_no_lost_work() {
        insta::assert_snapshot!(progress_moved_aside("progress.json", "progress.unreadable.json"), @"
        .course/progress.json cannot be read; it is kept as .course/progress.unreadable.json.
        Your solutions are safe: `cargo course check --all` records anew what is solved.
        ");
    }

    #[test]
    fn the_keys_are_two_lines() {
        insta::assert_snapshot!(keys(), @"

        Save the file to check again. Or type a letter, then Enter:
          h hint   n next   l list   b book   q quit   ? this help
        ");
    }

    #[test]
    fn a_task_says_what_and_where() {
        let (_folder, catalog) = project();
        insta::assert_snapshot!(task(&catalog, &catalog.exercises[0]).unwrap(), @"
        1.1 One: One.
          edit   exercises/01_sums/src/e1_one.rs
          read   book/01_sums.md (or: cargo course book)
          check  cargo course check 1.1
          hints  cargo course hint 1.1
        ");
    }

    #[test]
    fn a_pass_names_the_next() {
        let (_folder, catalog) = project();
        let [one, two] = &catalog.exercises[..] else { panic!("there are two exercises") };
        insta::assert_snapshot!(solved(&catalog, one, Some(two)), @"

        1.1 One is solved.
          compare   solutions/01_sums/e1_one.rs
          mistakes  solutions/01_sums/mistakes/e1_one
          next      1.2 Two: cargo course check 1.2
        ");
        insta::assert_snapshot!(solved(&catalog, two, None), @"

        1.2 Two is solved.
          compare   solutions/01_sums/e2_two.rs
          mistakes  solutions/01_sums/mistakes/e2_two

        That was the last: all 2 exercises are solved.
        ");
    }
}
