//! Who keeps an exercise from being built?

use crate::catalog::{Catalog, Exercise};
use crate::trial::CompileError;

/// Who is to blame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Blame<'a> {
    /// The exercise itself, or nobody in particular; these are the errors.
    Own(Vec<CompileError>),
    /// Other exercises of its chapter.
    Others(Vec<&'a Exercise>),
}

/// Blames for `exercise`, which was not built, itself or those of `others` that are broken.
pub(super) fn blame<'a>(
    catalog: &Catalog,
    exercise: &Exercise,
    others: &[&'a Exercise],
    errors: &[CompileError],
) -> Blame<'a> {
    // Cargo names files from the root of the workspace, which may be that of an overlay.
    let lies_in = |error: &CompileError, one: &Exercise| error.file == catalog.short(&one.file());
    let tests = catalog.short(&exercise.tests());
    let is_own = |error: &&CompileError| {
        lies_in(error, exercise)
            || error.file == tests
            || (error.source.ends_with(&tests) && !others.iter().any(|other| lies_in(error, other)))
    };
    let own: Vec<CompileError> = errors.iter().filter(is_own).cloned().collect();
    if !own.is_empty() {
        return Blame::Own(own);
    }
    let is_broken = |other: &&&Exercise| {
        other.chapter == exercise.chapter
            && other.target != exercise.target
            // Where the file is gone, the compiler points at the one that names it.
            && (errors.iter().any(|error| lies_in(error, other)) || !other.file().exists())
    };
    let broken: Vec<&Exercise> = others.iter().filter(is_broken).copied().collect();
    if broken.is_empty() { Blame::Own(errors.to_vec()) } else { Blame::Others(broken) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::verify::fixture::project;

    fn error(file: &str, source: &str) -> CompileError {
        let source = format!("/course/exercises/01_sums/{source}").into();
        CompileError { file: file.to_owned(), text: "error".to_owned(), source }
    }

    #[test]
    fn an_exercise_is_blamed_for_what_is_its_own() {
        let (_folder, catalog) = project();
        let [one, two] = &catalog.exercises[..] else { panic!("there are two exercises") };
        let blame = |errors: &[CompileError]| blame(&catalog, one, &[one, two], errors);

        let mine = error("exercises/01_sums/src/e1_one.rs", "src/lib.rs");
        let theirs = error("exercises/01_sums/src/e2_two.rs", "src/lib.rs");
        let support = error("exercises/01_sums/tests/support/mod.rs", "tests/e1_one.rs");
        let library = error("exercises/01_sums/src/lib.rs", "src/lib.rs");
        assert_eq!(blame(&[theirs.clone(), mine.clone()]), Blame::Own(vec![mine]));
        assert_eq!(blame(&[theirs.clone(), support.clone()]), Blame::Own(vec![support]));
        assert_eq!(blame(std::slice::from_ref(&theirs)), Blame::Others(vec![two]));
        assert_eq!(blame(std::slice::from_ref(&library)), Blame::Own(vec![library.clone()]));

        fs::remove_file(two.file()).unwrap();
        assert_eq!(blame(&[library]), Blame::Others(vec![two]));
    }
}
