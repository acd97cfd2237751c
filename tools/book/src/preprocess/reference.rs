//! The page with the reference solution of an exercise and its known mistakes.

use std::path::{Path, PathBuf};

use course::catalog::Exercise;
use course::verify::mistake::Mistake;
use mdbook_preprocessor::book::{BookItem, Chapter, SectionNumber};

use super::Material;
use super::markdown::code_block;
use crate::problem::{Problem, read};

/// The title of the page that holds all of them together.
const OVERVIEW: &str = "Reference solutions";

/// Where the page of `exercise` lies, as seen from the chapters.
///
/// All of them have a folder of their own, which the search of the book leaves out.
pub fn path(exercise: &Exercise) -> PathBuf {
    Path::new("references").join(&exercise.chapter).join(&exercise.target).with_extension("md")
}

/// The page of `exercise`.
pub fn page(material: &Material<'_>, exercise: &Exercise) -> Result<Chapter, Problem> {
    let root = &material.catalog.root;
    let (id, title) = (exercise.id(), exercise.title());
    let code = read(root, &exercise.solution(), "write the reference solution")?;
    let known: Vec<_> = mistakes(root, exercise)?.iter().map(mistake).collect();

    let back = format!("../../{}.md#{}", exercise.chapter, exercise.target);
    let content = format!(
        "# {id} {title}: reference solution\n\n\
         > [!WARNING]\n\
         > This page gives the answer away. The exercise is on [its own page]({back}), with hints.\n\n\
         ## The code\n\n\
         {}\n\
         ## Mistakes\n\n\
         Each change below makes the reference wrong, and a test says so.\n\n\
         {}",
        code_block("rust", &code),
        known.join("\n"),
    );
    Ok(Chapter {
        name: title,
        content,
        number: Some(section(exercise)),
        path: Some(path(exercise)),
        parent_names: vec![OVERVIEW.to_owned()],
        ..Chapter::default()
    })
}

/// The last page of the book: it leads to `pages`, which follow it, so that nobody who reads on
/// from a chapter runs into an answer.
pub fn overview(pages: Vec<BookItem>) -> Chapter {
    let links = pages.iter().filter_map(|page| match page {
        BookItem::Chapter(page) => {
            let path = page.path.as_deref()?.strip_prefix("references").ok()?;
            Some(format!("- [{page}]({})\n", path.display()))
        }
        _ => None,
    });
    let content = format!(
        "# {OVERVIEW}\n\n\
         One answer to each exercise, and the mistakes that its tests reject. \
         They are of most use after your own attempt.\n\n{}",
        links.collect::<String>()
    );
    Chapter {
        name: OVERVIEW.to_owned(),
        content,
        sub_items: pages,
        path: Some(PathBuf::from("references/index.md")),
        ..Chapter::default()
    }
}

/// The known wrong answers to `exercise`.
pub fn mistakes(root: &Path, exercise: &Exercise) -> Result<Vec<Mistake>, Problem> {
    Mistake::all(exercise).map_err(|error| {
        let reason = format!("{error:#}").replace(&format!("{}/", root.display()), "");
        Problem::in_file(root, &exercise.mistakes(), reason, "mend it".to_owned())
    })
}

fn mistake(mistake: &Mistake) -> String {
    let words = mistake.name.replace('_', " ");
    let title = words[..1].to_uppercase() + &words[1..];
    let how = in_words(&mistake.kind);
    let rejected = match &mistake.test {
        Some(test) => format!("Rejected by the test `{test}`: {how}."),
        None => format!("Rejected before any test: {how}."),
    };
    let diff = code_block("diff", &mistake.patch);
    format!("### {title} {{#{}}}\n\n{} {rejected}\n\n{diff}", mistake.name, mistake.why)
}

/// What the tests see, in words.
fn in_words(kind: &str) -> &str {
    match kind {
        "panic" => "an assertion fails, or the code panics",
        "exit" => "the process ends before the test does",
        "signal" => "a signal ends the process",
        "timeout" => "the time limit ends it",
        "leftovers" => "a process is left behind",
        "escaped" => "a forked child runs on into the test",
        "limit" => "it starts too many processes",
        "model" => "the model checker finds an order of events that breaks it",
        "does-not-compile" => "the compiler refuses it",
        other => other,
    }
}

/// `2.1` as mdBook numbers sections.
fn section(exercise: &Exercise) -> SectionNumber {
    let id = exercise.id();
    SectionNumber::new(id.split('.').filter_map(|part| part.parse().ok()).collect::<Vec<u32>>())
}
