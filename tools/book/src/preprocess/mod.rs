//! The preprocessor `course`: checks the includes of every page, turns `{{#exercise e1_run_child}}`
//! into the box of that exercise, adds a page with its reference solution, puts the claims of the
//! notes and the list of labs in, and marks what is Chinese.

mod claims;
mod exercise_box;
mod labs;
mod language;
mod markdown;
mod place;
mod reference;

use std::path::Path;

use anyhow::Result;
use course::catalog::Catalog;
use mdbook_preprocessor::book::{Book, Chapter, SectionNumber};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use crate::check::includes;
use crate::ledger::Ledger;
use crate::problem::none_of;

/// The preprocessor itself; it reads the course anew at every run.
#[derive(Debug, Clone, Copy)]
pub struct Course;

impl Course {
    /// The name that `book.toml` calls it by.
    pub const NAME: &'static str = "course";
}

/// What the boxes and the reference pages are made from.
struct Material<'a> {
    catalog: &'a Catalog,
    ledger: &'a Ledger,
    /// Where the files can be seen on the web, if the book says so.
    repository: Option<&'a str>,
}

impl Preprocessor for Course {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn supports_renderer(&self, renderer: &str) -> Result<bool> {
        Ok(renderer == "html")
    }

    fn run(&self, ctx: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let catalog = Catalog::of(&ctx.root)?;
        let repository = ctx.config.html_config().and_then(|html| html.git_repository_url);
        let pages = catalog.root.join(&ctx.config.book.src);
        let ledger = Ledger::load(&catalog.root, &pages)
            .or_else(|problem| none_of(&[problem]).map(|()| Ledger::default()))?;
        let mut problems = ledger.problems(&catalog);
        let repository = repository.as_deref();
        let material = Material { catalog: &catalog, ledger: &ledger, repository };

        let shown: Vec<labs::Shown> = book.chapters().flat_map(labs_of).collect();
        let mut references = Vec::new();
        book.for_each_chapter_mut(|chapter| {
            let Some(source) = &chapter.source_path else { return };
            let page = pages.join(source);
            problems.extend(includes::problems(&catalog.root, &page, &chapter.content));
            let placed = place::exercises(&material, &page, &chapter.content);
            problems.extend(placed.problems);
            for exercise in placed.exercises.iter().filter(|_| catalog.has_references()) {
                match reference::page(&material, exercise) {
                    Ok(page) => references.push(page.into()),
                    Err(problem) => problems.push(problem),
                }
            }
            let (text, wrong) = claims::place(&material, &page, &placed.text);
            problems.extend(wrong);
            let (text, wrong) = labs::place(&catalog.root, &page, &text, &shown);
            problems.extend(wrong);
            chapter.content = language::mark_chinese(&text).into_owned();
            number(chapter);
        });
        none_of(&problems)?;
        if !references.is_empty() {
            book.push_item(reference::overview(references));
        }
        Ok(book)
    }
}

fn labs_of(chapter: &Chapter) -> Vec<labs::Shown> {
    let path = chapter.source_path.as_deref();
    path.map(|path| labs::shown(&chapter.name, path, &chapter.content)).unwrap_or_default()
}

/// Numbers a chapter as its file is numbered, in its title, too: the place in the summary is no number while
/// earlier chapters are missing.
fn number(chapter: &mut Chapter) {
    let stem = chapter.source_path.as_deref().and_then(Path::file_stem);
    let digits = stem.and_then(|stem| stem.to_str()?.split('_').next());
    if let (Some(number), Some(Ok(chapter_number))) =
        (&mut chapter.number, digits.map(str::parse::<u32>))
    {
        *number = SectionNumber::new([chapter_number]);
        if let Some(rest) = chapter.content.strip_prefix("# ") {
            chapter.content = format!("# {chapter_number}. {rest}");
        }
    }
}
