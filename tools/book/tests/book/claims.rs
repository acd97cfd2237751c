//! What the preprocessor makes of the claims of the notes.

use super::little::Little;

const CLAIM: &str = "
[sections]
S2 = 'Differences'

[[claim]]
id = 'N18'
section = 'S2'
says = 'A thread that crashes takes the process along.'
verdict = 'needs-qualification'
statement = 'A *panic* does not.'
sources = 'std::thread'
chapter = '03_threads'
shown = { exercises = ['e1_join_all'] }
";

const OTHER: &str = "
[[claim]]
id = 'N50'
section = 'S2'
says = 'A hundred ticks.'
verdict = 'outdated'
since = 'CPython 3.2'
statement = 'It is a time.'
sources = 'PEP 392'
chapter = '15_gil'
";

const PAGE: &str =
    "See {{#claim N18}} and {{#claim N50}}.\n\n{{#exercise e1_join_all}}\n\n{{#verdicts}}";

fn little(claims: &str, page: &str) -> Little {
    let little = Little::copy();
    little.write("book/claims.toml", claims);
    little.write_page(page);
    little.write("book/ledger.md", "# Ledger\n\n{{#ledger}}\n");
    little.add("book/SUMMARY.md", "- [Ledger](ledger.md)\n");
    little
}

#[test]
fn a_page_cites_claims_and_ends_with_its_verdicts() {
    let page = little(&(CLAIM.to_owned() + OTHER), PAGE).page("03_threads.html");
    let lines = page.lines().filter(|line| line.contains("claim") || line.contains("Sources"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r##"
    <p>See <a class="claim" href="#verdict-n18">N18</a> and <a class="claim" href="ledger.html#n50">N50</a>.</p>
    <p><a class="claim" id="verdict-n18" href="ledger.html#n18">N18</a> <em>A thread that crashes takes the process along.</em> <strong>Needs qualification.</strong> A <em>panic</em> does not.</p>
    <p>Sources: std::thread. Shown by <a href="#e1_join_all">exercise 3.1</a>.</p>
    "##);
}

#[test]
fn the_ledger_says_what_is_answered_and_what_waits() {
    insta::assert_snapshot!(little(&(CLAIM.to_owned() + OTHER), PAGE).page("ledger.html"), @r##"
    <h1 id="ledger"><a class="header" href="#ledger">Ledger</a></h1>
    <p>2 claims: 1 answered, 1 waiting for chapter 15. By verdict: holds: 0, needs qualification: 1, outdated: 1, wrong: 0.</p>
    <style>
    main:has(#show-holds:checked) .entry:not(.holds) { display: none; }
    main:has(#show-needs-qualification:checked) .entry:not(.needs-qualification) { display: none; }
    main:has(#show-outdated:checked) .entry:not(.outdated) { display: none; }
    main:has(#show-wrong:checked) .entry:not(.wrong) { display: none; }
    main:has(#show-chapter-3:checked) .entry:not(.chapter-3) { display: none; }
    main:has(#show-chapter-15:checked) .entry:not(.chapter-15) { display: none; }
    </style>
    <div class="filter">
    <fieldset><legend>Verdict</legend>
    <label><input type="radio" name="verdict" checked=""> all</label>
    <label><input type="radio" name="verdict" id="show-holds"> holds</label>
    <label><input type="radio" name="verdict" id="show-needs-qualification"> needs qualification</label>
    <label><input type="radio" name="verdict" id="show-outdated"> outdated</label>
    <label><input type="radio" name="verdict" id="show-wrong"> wrong</label>
    </fieldset>
    <fieldset><legend>Chapter</legend>
    <label><input type="radio" name="chapter" checked=""> all</label>
    <label><input type="radio" name="chapter" id="show-chapter-3"> 3</label>
    <label><input type="radio" name="chapter" id="show-chapter-15"> 15</label>
    </fieldset>
    </div>

    <h2 id="differences"><a class="header" href="#differences">Differences</a></h2>
    <div class="entry needs-qualification chapter-3" id="n18">
    <p><span class="claim">N18</span> <em>A thread that crashes takes the process along.</em> <strong>Needs qualification.</strong> A <em>panic</em> does not.</p>
    <p>Sources: std::thread. <a href="03_threads.html#verdict-n18">Chapter 3</a> shows it, by <a href="03_threads.html#e1_join_all">exercise 3.1</a>.</p>
    </div>

    <div class="entry outdated chapter-15" id="n50">
    <p><span class="claim">N50</span> <em>A hundred ticks.</em> <strong>Outdated since CPython 3.2.</strong> It is a time.</p>
    <p>Sources: PEP 392. It waits for chapter 15, which is not written yet.</p>
    </div>
    "##);
}

#[test]
fn a_claim_that_nobody_makes_is_refused() {
    insta::assert_snapshot!(little(CLAIM, PAGE).error(), @"
    the book has a problem:
      book/03_threads.md:3: there is no claim `N50`; correct it, or add it to claims.toml
    ");
}

#[test]
fn a_claim_must_be_answered_by_what_the_page_has() {
    let claims =
        CLAIM.replace("['e1_join_all']", "['e2_detach'], listings = ['race'], labs = ['cost']");
    insta::assert_snapshot!(little(&claims, "No word of it.").error(), @"
    the book has 5 problems:
      book/claims.toml: N18 is not cited on book/03_threads.md; write `{{#claim ..}}` where the page answers it
      book/claims.toml: N18 has no verdict on book/03_threads.md; write `{{#verdicts}}` near the end of the page
      book/claims.toml: N18 is shown by the exercise `e2_detach`, which book/03_threads.md has not; correct `shown`
      book/claims.toml: N18 is shown by the listing `race`, which book/03_threads.md has not; correct `shown`
      book/claims.toml: N18 is shown by the lab `cost`, which book/03_threads.md has not; correct `shown`
    ");
}

#[test]
fn a_claim_that_is_dated_is_outdated_and_stands_there_once() {
    let claims = CLAIM.to_owned() + OTHER + &OTHER.replace("outdated", "holds").replace("S2", "S9");
    insta::assert_snapshot!(little(&claims, PAGE).error(), @"
    the book has 3 problems:
      book/claims.toml: N50 stands there twice; keep one
      book/claims.toml: N50 names no section of the notes: S9; correct it
      book/claims.toml: N50 is outdated without a date, or dated; correct `since`
    ");
}

#[test]
fn a_chapter_that_is_not_written_shows_nothing() {
    let claims = CLAIM.to_owned() + OTHER + "shown = { labs = ['convoy'] }\n";
    insta::assert_snapshot!(little(&claims, PAGE).error(), @"
    the book has a problem:
      book/claims.toml: N50 is shown by a chapter that is not written; take `shown` away, or write the page
    ");
}

#[test]
fn a_ledger_that_cannot_be_read_says_where() {
    let claims = CLAIM.replace("verdict = 'needs-qualification'", "verdict = 'true'");
    insta::assert_snapshot!(little(&claims, PAGE).error(), @"
    the book has a problem:
      book/claims.toml: TOML parse error at line 9, column 11
      |
    9 | verdict = 'true'
      |           ^^^^^^
    unknown variant `true`, expected one of `holds`, `needs-qualification`, `outdated`, `wrong`; correct the claim
    ");
}
