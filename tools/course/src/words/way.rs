//! What a learner reads on the way from one exercise to the next.

use anyhow::Result;

use crate::catalog::{Catalog, Exercise};

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

/// What a learner can type in the watch mode.
pub fn keys() -> &'static str {
    "\nSave the file to check again. Or type a letter, then Enter:\n  \
     h hint   n next   l list   b book   q quit   ? this help\n"
}

/// When a save starts the next check.
pub fn again(exercise: &Exercise) -> String {
    format!("\nSaved: checking {} again.\n", exercise.id())
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

/// When there is nothing left to do.
pub fn all_solved(catalog: &Catalog) -> String {
    format!("All {} exercises are solved.\n", catalog.exercises.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::project;

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
    fn the_keys_are_two_lines() {
        insta::assert_snapshot!(keys(), @"

        Save the file to check again. Or type a letter, then Enter:
          h hint   n next   l list   b book   q quit   ? this help
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
