//! Puts claims of the notes where a page asks for them: `{{#claim N25}}` is a link, `{{#verdicts}}` the
//! verdicts of a chapter, `{{#ledger}}` all of them.

mod list;

use std::path::Path;

use super::Material;
use crate::check::directive::{Directive, directives};
use crate::ledger::{Claim, Ledger, Verdict};
use crate::problem::Problem;

/// Replaces the directives about claims in `text`, the content of the file `page`.
pub fn place(material: &Material<'_>, page: &Path, text: &str) -> (String, Vec<Problem>) {
    let chapter = page.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let (mut placed, mut problems) = (String::new(), Vec::new());
    let mut done = 0;
    for directive in directives(text) {
        let Some(result) = markdown(material, chapter, &directive) else { continue };
        placed += &text[done..directive.range.start];
        done = directive.range.end;
        match result {
            Ok(markdown) => placed += &markdown,
            Err((reason, next)) => {
                let root = &material.catalog.root;
                problems.push(Problem::at(root, page, directive.line, reason, next));
            }
        }
    }
    (placed + &text[done..], problems)
}

type Placed = Result<String, (String, String)>;

/// What stands for `directive`; nothing where it is about something else.
fn markdown(material: &Material<'_>, chapter: &str, directive: &Directive<'_>) -> Option<Placed> {
    let ledger = material.ledger;
    match directive.name {
        "claim" => {
            let id = directive.argument;
            let claim = ledger.claims.iter().find(|claim| claim.id == id);
            Some(claim.map(|claim| link(claim, chapter)).ok_or_else(|| {
                let next = format!("correct it, or add it to {}", Ledger::FILE);
                (format!("there is no claim `{id}`"), next)
            }))
        }
        "verdicts" => {
            let verdicts: Vec<_> =
                ledger.of(chapter).map(|claim| verdict(material, claim)).collect();
            Some(match verdicts.is_empty() {
                false => Ok(verdicts.join("\n\n")),
                true => Err((
                    "the chapter answers no claim".to_owned(),
                    "take `{{#verdicts}}` away".to_owned(),
                )),
            })
        }
        "ledger" => Some(Ok(list::markdown(material))),
        _ => None,
    }
}

/// The label of a claim: it leads to the verdict on the same page, or in the ledger.
fn link(claim: &Claim, chapter: &str) -> String {
    let id = claim.id.to_lowercase();
    let target = match claim.chapter == chapter {
        true => format!("#verdict-{id}"),
        false => format!("ledger.html#{id}"),
    };
    format!("<a class=\"claim\" href=\"{target}\">{}</a>", claim.id)
}

/// The verdict on a claim at the end of its chapter.
fn verdict(material: &Material<'_>, claim: &Claim) -> String {
    let id = claim.id.to_lowercase();
    format!(
        "<a class=\"claim\" id=\"verdict-{id}\" href=\"ledger.html#{id}\">{}</a> {} Shown by {}.",
        claim.id,
        in_words(claim),
        shown_by(material, claim, "")
    )
}

/// What the notes say, the verdict, what is right, and how one knows.
fn in_words(claim: &Claim) -> String {
    let verdict = match (&claim.since, claim.verdict) {
        (Some(since), _) => format!("Outdated since {since}"),
        (None, Verdict::Holds) => "Holds".to_owned(),
        (None, Verdict::NeedsQualification) => "Needs qualification".to_owned(),
        (None, Verdict::Outdated) => "Outdated".to_owned(),
        (None, Verdict::Wrong) => "Wrong".to_owned(),
    };
    format!(
        "*{}* **{verdict}.** {}\n\nSources: {}.",
        claim.says,
        claim.statement.trim(),
        claim.sources.trim()
    )
}

/// What shows a claim; `page` is the page of its chapter, or nothing on that page itself.
fn shown_by(material: &Material<'_>, claim: &Claim, page: &str) -> String {
    let shown = &claim.shown;
    let exercises = material.catalog.exercises.iter().filter(|exercise| {
        exercise.chapter == claim.chapter && shown.exercises.contains(&exercise.target)
    });
    let exercises = exercises.map(|e| format!("[exercise {}]({page}#{})", e.id(), e.target));
    let mut all: Vec<String> = shown.listings.iter().map(|name| format!("`{name}`")).collect();
    all.extend(shown.labs.iter().map(|name| format!("the lab `{name}`")));
    all.extend(exercises);
    match all.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => "nothing yet".to_owned(),
    }
}
