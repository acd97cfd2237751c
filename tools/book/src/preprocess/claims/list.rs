//! The whole ledger, with buttons that show some of it: they need no script.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::super::Material;
use super::{in_words, shown_by};
use crate::ledger::{Claim, Ledger, Verdict};

/// The list, as Markdown.
pub fn markdown(material: &Material<'_>) -> String {
    let ledger = material.ledger;
    let mut text = format!("{}.\n\n{}", counts(ledger), filter(ledger));
    for (section, heading) in &ledger.sections {
        let _ = write!(text, "\n## {heading}\n");
        for claim in ledger.claims.iter().filter(|claim| claim.section == *section) {
            text += &entry(material, claim);
        }
    }
    text
}

fn counts(ledger: &Ledger) -> String {
    let count = |verdict| ledger.claims.iter().filter(|claim| claim.verdict == verdict).count();
    let verdicts = Verdict::ALL.map(|verdict| format!("{verdict}: {}", count(verdict)));
    format!("{}. By verdict: {}", ledger.summary(), verdicts.join(", "))
}

fn entry(material: &Material<'_>, claim: &Claim) -> String {
    let (id, number) = (claim.id.to_lowercase(), claim.chapter_number());
    let chapter = &claim.chapter;
    let answer = match material.ledger.is_answered(claim) {
        true => format!(
            "[Chapter {number}]({chapter}.md#verdict-{id}) shows it, by {}.",
            shown_by(material, claim, &format!("{chapter}.md"))
        ),
        false => format!("It waits for chapter {number}, which is not written yet."),
    };
    format!(
        "\n<div class=\"entry {} chapter-{number}\" id=\"{id}\">\n\n\
         <span class=\"claim\">{}</span> {} {answer}\n\n</div>\n",
        claim.verdict.slug(),
        claim.id,
        in_words(claim)
    )
}

/// Two rows of buttons. Where a button is pressed, the style sheet hides all other entries.
fn filter(ledger: &Ledger) -> String {
    let verdicts = Verdict::ALL.map(|verdict| (verdict.slug().to_owned(), verdict.to_string()));
    let chapters: BTreeSet<u32> = ledger.claims.iter().map(Claim::chapter_number).collect();
    let chapters: Vec<_> =
        chapters.iter().map(|number| (format!("chapter-{number}"), number.to_string())).collect();
    let mut style = String::new();
    for (class, _) in verdicts.iter().chain(&chapters) {
        let _ = writeln!(
            style,
            "main:has(#show-{class}:checked) .entry:not(.{class}) {{ display: none; }}"
        );
    }
    format!(
        "<style>\n{style}</style>\n<div class=\"filter\">\n{}{}</div>\n",
        row("Verdict", "verdict", &verdicts),
        row("Chapter", "chapter", &chapters)
    )
}

/// One row: `choices` are classes of entries, each with the text of its button.
fn row(legend: &str, name: &str, choices: &[(String, String)]) -> String {
    let mut row = format!(
        "<fieldset><legend>{legend}</legend>\n\
         <label><input type=\"radio\" name=\"{name}\" checked> all</label>\n"
    );
    for (class, text) in choices {
        let _ = writeln!(
            row,
            "<label><input type=\"radio\" name=\"{name}\" id=\"show-{class}\"> {text}</label>"
        );
    }
    row + "</fieldset>\n"
}
