//! What a learner reads on the way from one exercise to the next.

use anyhow::Result;

use super::bar::bar;
use crate::catalog::{Catalog, Exercise};
use crate::progress::Progress;

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

/// How the learner goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Command,
    /// In the watch mode.
    Key,
}

/// After a pass: what there was to learn, what to compare with, what is next, and how far it is.
pub fn solved(
    catalog: &Catalog,
    exercise: &Exercise,
    next: Option<&Exercise>,
    progress: &Progress,
    by: By,
) -> String {
    let (id, title) = (exercise.id(), exercise.title());
    let lesson = match exercise.lesson() {
        lesson if lesson.is_empty() => lesson,
        lesson => format!("\n{lesson}\n"),
    };
    let compare = match catalog.has_references() {
        true => format!(
            "  compare   {}\n  mistakes  {}\n",
            catalog.short(&exercise.solution()),
            catalog.short(&exercise.mistakes())
        ),
        false => String::new(),
    };
    let next = next.map_or_else(String::new, |next| {
        let (id, title, minutes) = (next.id(), next.title(), next.facts.minutes);
        let how = match by {
            By::Command => format!("cargo course check {id}"),
            By::Key => "press n".to_owned(),
        };
        format!("  next      {id} {title}, about {minutes} min: {how}\n")
    });
    let all = catalog.exercises.len();
    let solved = catalog.exercises.iter().filter(|one| progress.is_solved(one)).count();
    let last = if solved == all { "That was the last one.\n" } else { "" };
    format!(
        "\n{id} {title} is solved.\n{lesson}\n{compare}{next}\n{} {solved} of {all} solved\n{last}",
        bar(solved, all),
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
    use crate::verify::mirror;

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
    fn a_pass_says_what_was_learned_and_names_the_next() {
        let (_folder, catalog) = project();
        let [one, two] = &catalog.exercises[..] else { panic!("there are two exercises") };
        let store = crate::progress::Store::of(&catalog.root);
        let reference =
            "//! One is the least\n//! of all.\n//!\n//! The mistake is 0.\n\nfn f() {}\n";
        mirror::write(&one.solution(), reference).unwrap();
        let progress = store.change(one, |entry| entry.attempted(true)).unwrap();
        insta::assert_snapshot!(solved(&catalog, one, Some(two), &progress, By::Command), @"

        1.1 One is solved.

        One is the least of all.
        The mistake is 0.

          compare   solutions/01_sums/e1_one.rs
          mistakes  solutions/01_sums/mistakes/e1_one
          next      1.2 Two, about 1 min: cargo course check 1.2

        [###############...............] 1 of 2 solved
        ");
        let by_key = solved(&catalog, one, Some(two), &progress, By::Key);
        assert!(by_key.contains("  next      1.2 Two, about 1 min: press n\n"), "{by_key}");

        let progress = store.change(two, |entry| entry.attempted(true)).unwrap();
        insta::assert_snapshot!(solved(&catalog, two, None, &progress, By::Key), @"

        1.2 Two is solved.

          compare   solutions/01_sums/e2_two.rs
          mistakes  solutions/01_sums/mistakes/e2_two

        [##############################] 2 of 2 solved
        That was the last one.
        ");
    }

    #[test]
    fn a_copy_without_references_names_none() {
        let (_folder, catalog) = project();
        std::fs::remove_file(catalog.exercises[0].solution()).unwrap();
        let (one, progress) = (&catalog.exercises[0], Progress::default());
        let said = solved(&catalog, one, None, &progress, By::Key);
        assert!(!said.contains("compare") && !said.contains("solutions"), "{said}");
    }
}
