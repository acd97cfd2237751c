//! What a learner reads of files: what is missing, broken, kept or built.

use crate::catalog::{Catalog, Exercise};
use crate::reset::Reset;

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

/// After a reset.
pub fn reset(catalog: &Catalog, exercise: &Exercise, reset: &Reset) -> String {
    let (id, file) = (exercise.id(), catalog.short(&exercise.file()));
    let kept = match &reset.kept {
        Some(kept) => {
            format!(
                "{file} is as it was shipped.\nYour version is kept as {}.\n",
                catalog.short(kept)
            )
        }
        None => format!("{file} is as it was shipped; there was nothing of yours to keep.\n"),
    };
    let open = if reset.was_solved {
        format!("{id} is open again; that you have solved it once stays on record.\n")
    } else {
        String::new()
    };
    kept + &open
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
    "The program that renders the book is built first, once: that takes a minute or two, and checks \
     wait for it.\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::project;

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
        let said = |kept, was_solved| super::reset(&catalog, one, &Reset { kept, was_solved });
        let kept = catalog.root.join(".course/kept/e1_one.then.rs");
        insta::assert_snapshot!(said(Some(kept), true), @"
        exercises/01_sums/src/e1_one.rs is as it was shipped.
        Your version is kept as .course/kept/e1_one.then.rs.
        1.1 is open again; that you have solved it once stays on record.
        ");
        insta::assert_snapshot!(said(None, false), @"exercises/01_sums/src/e1_one.rs is as it was shipped; there was nothing of yours to keep.");
    }

    #[test]
    fn a_lost_record_is_no_lost_work() {
        insta::assert_snapshot!(progress_moved_aside("progress.json", "progress.unreadable.json"), @"
        .course/progress.json cannot be read; it is kept as .course/progress.unreadable.json.
        Your solutions are safe: `cargo course check --all` records anew what is solved.
        ");
    }
}
