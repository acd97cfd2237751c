//! A test objects to every memory ordering of the references that is weaker than it must be.

use rules::project::{note, strict};
use rules::snapshot::{Order, compare};
use rules::{assert_none, project};

/// What the page shows of it.
const RECORDED: &str = "book/results/07_primitives/orderings.txt";

#[test]
fn every_weaker_ordering_is_rejected_or_proved_right() {
    if !strict() {
        return note("skipped, for it takes a while where CI is not set: the weaker orderings");
    }
    let outcome = gauntlet::run(&project().catalog, |_| true).expect("the references are there");
    let printed = format!("{}\n\n{}\n", outcome.lines.join("\n"), outcome.summary());
    let differs = compare(&project().catalog.root, RECORDED, &printed, Order::Fixed).err();
    assert_none(outcome.problems.into_iter().chain(differs));
}
