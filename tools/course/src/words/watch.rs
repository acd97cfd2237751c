//! What a learner reads in the watch mode alone.

use anyhow::Result;

use super::wrap::in_rows;
use crate::catalog::{Catalog, Exercise};

/// What an exercise asks for, and where.
///
/// # Errors
///
/// Fails where the stub cannot be read.
pub fn opened(catalog: &Catalog, exercise: &Exercise) -> Result<String> {
    Ok(format!(
        "\n{} {}: {}\n  edit  {}\n  read  {} (b opens it)\n  time  about {} min\n",
        exercise.id(),
        exercise.title(),
        exercise.task()?,
        catalog.short(&exercise.file()),
        catalog.short(&exercise.page()),
        exercise.facts.minutes,
    ))
}

/// When a check begins.
pub fn checking(exercise: &Exercise) -> String {
    format!("\nchecking {} ...\n", exercise.id())
}

/// When a save or a key ends what runs.
pub fn checking_anew(exercise: &Exercise) -> String {
    format!("\nstopped; checking {} anew ...\n", exercise.id())
}

/// When the check of all begins.
pub fn checking_all(catalog: &Catalog) -> String {
    format!("\nchecking all {} exercises ...\n", catalog.exercises.len())
}

/// The keys that a learner needs most.
pub fn keys(width: Option<usize>) -> String {
    let keys = [
        "h hint",
        "n next",
        "p previous",
        "l list",
        "s solution",
        "b book",
        "? all keys",
        "q quit",
    ];
    format!("\n{}", in_rows(&keys, width))
}

/// All the keys.
pub fn help() -> &'static str {
    "\nSave the file to check it again. A key works at once, without Enter:\n\
     \x20 h      show a hint, one more each time\n\
     \x20 n      go to the next unsolved exercise\n\
     \x20 p      go to the previous exercise\n\
     \x20 l      list the exercises\n\
     \x20 a      check all of them\n\
     \x20 s      show the reference\n\
     \x20 r      put the file back as it was shipped\n\
     \x20 b      open the book in a browser\n\
     \x20 Enter  check again\n\
     \x20 q      quit\n"
}

/// Before the reference of an exercise that is not solved.
pub fn ask_solution(exercise: &Exercise) -> String {
    format!(
        "\n{} is not solved yet. Show the reference all the same? y shows it, any other key does \
         not.\n",
        exercise.id()
    )
}

/// Before a reset.
pub fn ask_reset(catalog: &Catalog, exercise: &Exercise) -> String {
    format!(
        "\nPut {} back as it was shipped? A copy of yours is kept. y does it, any other key does \
         not.\n",
        catalog.short(&exercise.file())
    )
}

/// When the answer to a question was not `y`.
pub fn declined() -> &'static str {
    "Nothing is changed.\n"
}

/// Where `n` leads nowhere, for no other exercise is unsolved.
pub fn only_one_left(exercise: &Exercise) -> String {
    format!("\n{} {} is the only one left to solve.\n", exercise.id(), exercise.title())
}

/// Where `p` leads nowhere.
pub fn first(exercise: &Exercise) -> String {
    format!("\n{} {} is the first exercise.\n", exercise.id(), exercise.title())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::project;

    #[test]
    fn an_opened_exercise_says_what_and_where() {
        let (_folder, catalog) = project();
        insta::assert_snapshot!(opened(&catalog, &catalog.exercises[0]).unwrap(), @"

        1.1 One: One.
          edit  exercises/01_sums/src/e1_one.rs
          read  book/01_sums.md (b opens it)
          time  about 1 min
        ");
    }

    #[test]
    fn what_goes_on_is_said_in_a_line() {
        let (_folder, catalog) = project();
        let one = &catalog.exercises[0];
        let all = [
            checking(one),
            checking_anew(one),
            checking_all(&catalog),
            only_one_left(one),
            first(one),
        ];
        insta::assert_snapshot!(all.concat(), @"

        checking 1.1 ...

        stopped; checking 1.1 anew ...

        checking all 2 exercises ...

        1.1 One is the only one left to solve.

        1.1 One is the first exercise.
        ");
    }

    #[test]
    fn the_keys_fit_in_a_small_terminal() {
        insta::assert_snapshot!(keys(Some(76)), @"

        h hint  n next  p previous  l list  s solution  b book  ? all keys  q quit
        ");
        insta::assert_snapshot!(help(), @"

        Save the file to check it again. A key works at once, without Enter:
          h      show a hint, one more each time
          n      go to the next unsolved exercise
          p      go to the previous exercise
          l      list the exercises
          a      check all of them
          s      show the reference
          r      put the file back as it was shipped
          b      open the book in a browser
          Enter  check again
          q      quit
        ");
        assert!(help().lines().all(|line| line.len() <= 80));
    }

    #[test]
    fn what_cannot_be_taken_back_is_asked_for() {
        let (_folder, catalog) = project();
        let one = &catalog.exercises[0];
        insta::assert_snapshot!(ask_solution(one) + &ask_reset(&catalog, one), @"

        1.1 is not solved yet. Show the reference all the same? y shows it, any other key does not.

        Put exercises/01_sums/src/e1_one.rs back as it was shipped? A copy of yours is kept. y does it, any other key does not.
        ");
        insta::assert_snapshot!(declined(), @"Nothing is changed.");
    }
}
