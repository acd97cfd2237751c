//! Every exercise is whole, its parts go by one name, and nothing else lies about.

use std::fs;

use course::shipped;
use course::verify::source::test_names;
use rules::project::{is_in, note, strict};
use rules::snapshot::{Order, compare};
use rules::{Finding, assert_none, exercise, graded, orphans, project, stub, summary};

#[test]
fn every_exercise_has_all_its_files() {
    let project = project();
    let exercises = project.catalog.exercises.iter();
    assert_none(exercises.flat_map(|e| exercise::missing_files(project, e)));
}

#[test]
fn every_exercise_has_three_hints() {
    let project = project();
    assert_none(project.catalog.exercises.iter().filter_map(|e| {
        let pieces = e.hints().unwrap_or_default();
        exercise::hints(&project.relative(&e.hints_file()), &pieces)
    }));
}

#[test]
fn every_exercise_is_a_module_of_its_chapter() {
    let project = project();
    assert_none(project.catalog.exercises.iter().filter_map(|e| {
        let lib = format!("exercises/{}/src/lib.rs", e.chapter);
        exercise::module(&lib, &project.read(&lib), &e.chapter, &e.target)
    }));
}

#[test]
fn every_exercise_is_set_on_its_page() {
    let project = project();
    let pages = project.pages();
    let exercises = project.catalog.exercises.iter();
    let place = |e: &course::catalog::Exercise| {
        exercise::place(&project.relative(&e.page()), &pages, &e.target)
    };
    assert_none(exercises.filter_map(place));
}

#[test]
fn every_exercise_has_graded_tests_and_knows_mistakes() {
    let project = project();
    assert_none(project.catalog.exercises.iter().flat_map(|e| {
        let file = project.relative(&e.tests());
        let tests = project.read(&file);
        let none = test_names(&tests).is_empty().then(|| {
            Finding::new(&file, "there is no graded test", "write one with `#[grade::test]`")
        });
        let reference = project.read(&project.relative(&e.solution()));
        let mistakes = exercise::mistakes(project, e, &tests, &reference);
        none.into_iter().chain(mistakes).collect::<Vec<_>>()
    }));
}

#[test]
fn every_test_of_an_exercise_is_graded() {
    let tests = project().texts(|file| file.starts_with("exercises/") && file.contains("/tests/"));
    assert_none(tests.iter().flat_map(|(file, text)| graded::every_test(file, text)));
}

#[test]
fn every_stub_and_reference_has_its_form() {
    let project = project();
    assert_none(project.catalog.exercises.iter().flat_map(|e| {
        let [stub, solution] = [e.stub(), e.solution()].map(|file| project.relative(&file));
        let mut findings = stub::form(&stub, &project.read(&stub));
        findings.extend(stub::goal(&solution, &project.read(&solution)));
        findings.extend(stub::lesson(&solution, &e.lesson()));
        findings
    }));
}

#[test]
fn every_exercise_is_as_shipped() {
    let project = project();
    let edited = project.catalog.exercises.iter().filter_map(|e| {
        let [file, stub] = [e.file(), e.stub()];
        let edited = fs::read(&file).ok() != fs::read(&stub).ok();
        exercise::as_shipped(&project.relative(&file), &project.relative(&stub), edited)
    });
    assert_none_if_strict(edited);
}

#[test]
fn the_tests_are_those_that_are_recorded() {
    let project = project();
    let root = &project.catalog.root;
    let stale = project.catalog.chapters().into_iter().filter_map(|chapter| {
        let folder = root.join("exercises").join(chapter);
        let now = shipped::record(&folder).expect("the files of a chapter can be read");
        let file = shipped::record_file(chapter).display().to_string();
        let difference = compare(root, &file, &now, Order::Fixed).err()?;
        let reason = format!("the tests, or what they use, are others now\n{difference}\n");
        let mend = "`cargo course check` counts no pass by tests that are not recorded";
        Some(Finding::new(file, reason, mend))
    });
    assert_none_if_strict(stale);
}

#[test]
fn the_grader_is_the_one_that_is_recorded() {
    let root = &project().catalog.root;
    let now = shipped::grader::record(root).expect("the files of the grader can be read");
    let stale = compare(root, shipped::grader::RECORD, &now, Order::Fixed).err();
    assert_none_if_strict(stale.map(|difference| {
        let reason = format!("the grader is another now\n{difference}\n");
        let mend = "`cargo course check` counts no pass by a grader that is not recorded";
        Finding::new(shipped::grader::RECORD, reason, mend)
    }));
}

#[test]
fn nothing_belongs_to_no_exercise() {
    let project = project();
    let is_learners = |finding: &Finding| finding.file().starts_with("exercises/");
    let (learners, ours): (Vec<_>, Vec<_>) =
        orphans::of_exercises(project).into_iter().partition(is_learners);
    assert_none(ours);
    assert_none_if_strict(learners);
    assert_none(orphans::of_snapshots(&project.files));
}

#[test]
fn chapters_go_by_one_name_in_every_folder() {
    let project = project();
    let chapters = || {
        let files = project.files.iter().map(|file| file.split('/').collect::<Vec<_>>());
        let mut chapters: Vec<(String, String)> = files
            .filter_map(|parts| match parts[..] {
                [folder @ ("exercises" | "solutions" | "listings"), chapter, ..] => {
                    Some((folder.to_owned(), chapter.to_owned()))
                }
                _ => None,
            })
            .collect();
        chapters.dedup();
        chapters
    };
    // A page that is no chapter, such as the notes, may have listings, too.
    let named = chapters().into_iter().filter(|(folder, _)| folder != "listings");
    assert_none(named.filter_map(|(_, chapter)| summary::chapter_name(&chapter)));
    assert_none(chapters().into_iter().filter_map(|(folder, chapter)| {
        let page = format!("book/{chapter}.md");
        let has_page = project.files.iter().any(|file| is_in(file, "book", ".md") && *file == page);
        (!has_page).then(|| {
            let reason = format!("there is no page {page}");
            Finding::new(format!("{folder}/{chapter}"), reason, "write it, or rename the folder")
        })
    }));
}

#[test]
fn crates_are_named_after_their_chapters() {
    let project = project();
    let manifests = project.texts(|file| {
        (file.starts_with("exercises/") || file.starts_with("listings/"))
            && file.ends_with("/Cargo.toml")
    });
    assert_none(manifests.iter().filter_map(|(file, text)| {
        let mut parts = file.split('/');
        let (folder, chapter) = (parts.next()?, parts.next()?);
        summary::crate_name(folder, chapter, &rules::manifest::package_name(text)?)
    }));
}

/// What a learner may do, and an author must not.
#[track_caller]
fn assert_none_if_strict(findings: impl IntoIterator<Item = Finding>) {
    if strict() {
        assert_none(findings);
        return;
    }
    let files: Vec<String> =
        findings.into_iter().map(|finding| finding.file().to_owned()).collect();
    if !files.is_empty() {
        note(&format!("yours, and left alone where CI is not set: {}", files.join(", ")));
    }
}
