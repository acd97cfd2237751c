//! A test objects to every memory ordering of the references that is weaker than it must be.

use std::collections::BTreeSet;

use rules::project::{note, strict};
use rules::snapshot::{Order, compare};
use rules::{assert_none, project};

#[test]
fn every_weaker_ordering_is_rejected_or_proved_right() {
    if !strict() {
        return note("skipped, for it takes a while where CI is not set: the weaker orderings");
    }
    let catalog = &project().catalog;
    let chapters: BTreeSet<&str> =
        catalog.exercises.iter().map(|exercise| exercise.chapter.as_str()).collect();
    let mut problems = Vec::new();
    for chapter in chapters {
        let outcome = gauntlet::run(catalog, |exercise| exercise.chapter == chapter)
            .expect("the references are there");
        if !outcome.lines.is_empty() {
            // What the page of the chapter shows of it.
            let recorded = format!("book/results/{chapter}/orderings.txt");
            let printed = format!("{}\n\n{}\n", outcome.lines.join("\n"), outcome.summary());
            problems.extend(compare(&catalog.root, &recorded, &printed, Order::Fixed).err());
        }
        problems.extend(outcome.problems);
    }
    assert_none(problems);
}
