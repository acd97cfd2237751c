//! An exercise is whole: every part that a learner, the book or the grader asks for is there.

use course::catalog::Exercise;
use course::verify::mistake::Mistake;
use course::verify::source::test_names;

use crate::finding::Finding;
use crate::project::Project;

/// How many pieces the hints have: a nudge, the mechanism, nearly the code.
const HINTS: usize = 3;
/// How many mistakes an exercise knows at least.
const MISTAKES: usize = 4;

/// The files of `exercise` that are missing.
pub fn missing_files(project: &Project, exercise: &Exercise) -> Vec<Finding> {
    let record = "record it with `SNAPSHOTS=overwrite cargo test -p rules`";
    let files = [
        (exercise.file(), "write the stub"),
        (exercise.tests(), "write its tests, or remove its facts from Cargo.toml"),
        (exercise.stub(), "copy the stub of exercises/ to this place"),
        (exercise.first_failure(), record),
        (exercise.solution(), "write the reference"),
        (exercise.hints_file(), "write three hints, parted by lines `---`"),
        (exercise.page(), "write the page of the chapter"),
    ];
    let missing = files.into_iter().filter(|(file, _)| !file.exists());
    missing
        .map(|(file, mend)| {
            let reason = format!("this file of the exercise {} is missing", exercise.target);
            Finding::new(project.relative(&file), reason, mend)
        })
        .collect()
}

/// What is wrong with the hints of an exercise.
pub fn hints(file: &str, pieces: &[String]) -> Option<Finding> {
    let empty = pieces.iter().any(|piece| piece.trim().is_empty());
    (pieces.len() != HINTS || empty).then(|| {
        let reason = format!("there are {} hints, or one is empty", pieces.len());
        let mend =
            format!("write {HINTS}, parted by lines `---`: nudge, mechanism, nearly the code");
        Finding::new(file, reason, mend)
    })
}

/// What is wrong with the two lines of an exercise in `lib`, the text of `src/lib.rs`.
pub fn module(file: &str, lib: &str, chapter: &str, exercise: &str) -> Option<Finding> {
    let wanted = format!(
        "#[cfg_attr(feature = \"solution\", path = \"../../../solutions/{chapter}/{exercise}.rs\")]\n\
         pub mod {exercise};"
    );
    let bare = |text: &str| text.split_whitespace().collect::<String>().replace(",)]", ")]");
    (!bare(lib).contains(&bare(&wanted))).then(|| {
        let reason = format!("it does not name {exercise} and its reference");
        Finding::new(file, reason, format!("add\n{wanted}"))
    })
}

/// What is wrong with the place of an exercise among `pages`: it must have one, on its own page.
pub fn place(page: &str, pages: &[(&str, String)], exercise: &str) -> Option<Finding> {
    let wanted = format!("{{{{#exercise {exercise}}}}}");
    let found: Vec<String> = pages
        .iter()
        .flat_map(|(file, text)| {
            let lines = text.lines().filter(|line| line.trim() == wanted);
            lines.map(|_| (*file).to_owned())
        })
        .collect();
    (found != [page]).then(|| {
        let reason = match found.len() {
            0 => format!("the exercise {exercise} has no place"),
            _ => format!("the exercise {exercise} is set on {}", found.join(" and ")),
        };
        Finding::new(page, reason, format!("write one line `{wanted}` here, and nowhere else"))
    })
}

/// What is wrong with the known mistakes of `exercise`, as far as can be told without running
/// them. `tests` is the text of its tests, `reference` that of its reference.
pub fn mistakes(
    project: &Project,
    exercise: &Exercise,
    tests: &str,
    reference: &str,
) -> Vec<Finding> {
    let folder = project.relative(&exercise.mistakes());
    match Mistake::all(exercise) {
        Err(error) => {
            vec![Finding::new(folder, format!("{error:#}"), "see CONTRIBUTING.md for the form")]
        }
        Ok(mistakes) => {
            let names = test_names(tests);
            let unknown = mistakes.iter().flat_map(|mistake| {
                let file = project.relative(&mistake.file);
                let unfit = mistake.apply(reference).err().map(|error| {
                    let reason = format!("{:#}", error.root_cause());
                    Finding::new(&file, reason, "make the patch anew with `diff -u`")
                });
                names_a_test(&file, mistake.test.as_deref(), &names).into_iter().chain(unfit)
            });
            enough(&folder, mistakes.len()).into_iter().chain(unknown).collect()
        }
    }
}

fn enough(folder: &str, known: usize) -> Option<Finding> {
    (known < MISTAKES).then(|| {
        let reason = format!("{known} wrong answers are known");
        let mend = format!("write at least {MISTAKES}; a test is worth what it rejects");
        Finding::new(folder, reason, mend)
    })
}

fn names_a_test(file: &str, test: Option<&str>, names: &[&str]) -> Option<Finding> {
    let test = test.filter(|test| !names.contains(test))?;
    let reason = format!("the exercise has no test `{test}`");
    Some(Finding::new(file, reason, format!("name one of {}", names.join(", "))))
}

/// What is wrong where the file in exercises/ is not as shipped: nothing, as long as it is the
/// learner's.
pub fn as_shipped(file: &str, stub: &str, edited: bool) -> Option<Finding> {
    edited.then(|| {
        let reason = format!("it differs from {stub}, as where somebody has solved it");
        let mend = format!("copy the one that is right over the other; `cp {stub} {file}` resets");
        Finding::new(file, reason, mend)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(finding: Option<Finding>) -> String {
        finding.map_or_else(String::new, |finding| finding.to_string())
    }

    #[test]
    fn hints_have_three_pieces() {
        let pieces =
            |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(hints("h.md", &pieces(&["a", "b", "c"])), None);
        insta::assert_snapshot!(text(hints("h.md", &pieces(&["a", "b"]))), @"h.md: there are 2 hints, or one is empty; write 3, parted by lines `---`: nudge, mechanism, nearly the code");
        assert_ne!(hints("h.md", &pieces(&["a", " ", "c"])), None);
    }

    #[test]
    fn a_module_is_named_with_its_reference_in_one_line_or_in_more() {
        let one = "#[cfg_attr(feature = \"solution\", path = \"../../../solutions/01_a/e1.rs\")]\n\
                   pub mod e1;\n";
        let more = "#[cfg_attr(\n    feature = \"solution\",\n    path = \"../../../solutions/01_a/e1.rs\",\n\
                    )]\npub mod e1;\n";
        assert_eq!(module("lib.rs", one, "01_a", "e1"), None);
        assert_eq!(module("lib.rs", more, "01_a", "e1"), None);
        insta::assert_snapshot!(text(module("lib.rs", "pub mod e1;\n", "01_a", "e1")), @r#"
        lib.rs: it does not name e1 and its reference; add
        #[cfg_attr(feature = "solution", path = "../../../solutions/01_a/e1.rs")]
        pub mod e1;
        "#);
    }

    #[test]
    fn an_exercise_is_set_once_on_its_page() {
        let pages = |a: &str, b: &str| vec![("a.md", a.to_owned()), ("b.md", b.to_owned())];
        let set = "# A\n\n{{#exercise e1}}\n";
        assert_eq!(place("a.md", &pages(set, "# B"), "e1"), None);
        insta::assert_snapshot!(text(place("a.md", &pages("# A", "# B"), "e1")), @"a.md: the exercise e1 has no place; write one line `{{#exercise e1}}` here, and nowhere else");
        insta::assert_snapshot!(text(place("a.md", &pages(set, set), "e1")), @"a.md: the exercise e1 is set on a.md and b.md; write one line `{{#exercise e1}}` here, and nowhere else");
    }

    #[test]
    fn mistakes_are_four_and_name_a_test() {
        assert_eq!(enough("m", 4), None);
        insta::assert_snapshot!(text(enough("m", 3)), @"m: 3 wrong answers are known; write at least 4; a test is worth what it rejects");
        assert_eq!(names_a_test("m.patch", Some("a"), &["a"]), None);
        assert_eq!(names_a_test("m.patch", None, &["a"]), None);
        insta::assert_snapshot!(text(names_a_test("m.patch", Some("c"), &["a", "b"])), @"m.patch: the exercise has no test `c`; name one of a, b");
    }

    #[test]
    fn an_edited_file_can_be_reset() {
        assert_eq!(as_shipped("a.rs", "stubs/a.rs", false), None);
        insta::assert_snapshot!(text(as_shipped("a.rs", "stubs/a.rs", true)), @"a.rs: it differs from stubs/a.rs, as where somebody has solved it; copy the one that is right over the other; `cp stubs/a.rs a.rs` resets");
    }
}
