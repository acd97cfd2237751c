//! Every claim of the notes is translated, judged, and answered where the ledger says.

use std::collections::BTreeSet;

use book::check::directive::directives;
use book::ledger::Ledger;
use rules::project;
use rules::project::note;

fn ledger() -> Ledger {
    let root = &project().catalog.root;
    Ledger::load(root, &root.join("book")).unwrap_or_else(|problem| panic!("{problem}"))
}

#[test]
fn each_claim_is_answered_on_its_page_by_something_that_exists() {
    let ledger = ledger();
    let problems = ledger.problems(&project().catalog);
    let problems: Vec<String> = problems.iter().map(|problem| format!("- {problem}\n")).collect();
    assert!(problems.is_empty(), "{} to mend:\n{}", problems.len(), problems.concat());
    note(&ledger.summary());
}

#[test]
fn the_translation_cites_each_claim() {
    let text = project().read("book/notes.md");
    let cited: BTreeSet<&str> = directives(&text)
        .filter(|directive| directive.name == "claim")
        .map(|directive| directive.argument)
        .collect();
    let ledger = ledger();
    let claims: BTreeSet<&str> = ledger.claims.iter().map(|claim| &*claim.id).collect();
    assert_eq!(cited, claims);
}
