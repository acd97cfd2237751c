//! What a lab prints, writes, and ends with.

use std::fs;
use std::time::Duration;

use super::*;
use crate::cost::Cost;
use crate::lab::Variant;

fn takes_20_ms() -> (String, Variant<'static>) {
    let cost = Cost { wall: Duration::from_millis(20), cpu: Duration::from_millis(10) };
    ("nap".to_owned(), Box::new(move || Ok(cost)))
}

fn body_with(holds: bool) -> impl FnOnce(&mut Lab) -> Result<()> {
    move |lab| {
        lab.measure(2, vec![takes_20_ms()])?;
        lab.page_table(&["what", "price"], &[vec!["nap".to_owned(), lab.wall("nap").to_string()]]);
        lab.claim("a nap takes a while", holds);
        Ok(())
    }
}

#[test]
fn a_recorded_lab_leaves_samples_facts_and_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let ended = conduct("02_x/y", Purpose::Record, folder.path(), body_with(true));
    assert_eq!((ended.status, ended.error), (0, None));

    let read =
        |name: &str| fs::read_to_string(folder.path().join("book/results").join(name)).unwrap();
    let json: serde_json::Value = serde_json::from_str(&read("02_x/y.json")).unwrap();
    assert_eq!(json["samples"]["nap"]["wall_ns"], serde_json::json!([20_000_000, 20_000_000]));
    assert_eq!(json["samples"]["nap"]["cpu_ns"], serde_json::json!([10_000_000, 10_000_000]));
    assert_eq!(json["claims"][0][1], true);
    assert!(json["machine"]["kernel"].is_string() && json["busy"]["load"][1].is_number());
    let facts = read("02_x/y.facts");
    assert!(facts.starts_with("ANCHOR: nap\n20 ms\nANCHOR_END: nap\nANCHOR: nap_spread\n"));
    assert!(facts.contains("ANCHOR: machine\n") && facts.contains("ANCHOR: busy\n"), "{facts}");
    assert_eq!(
        read("02_x/y.md"),
        "| what |                  price |\n| ---  |                   ---: |\n| nap  | 20\u{a0}ms (20\u{a0}ms\u{a0}to\u{a0}20\u{a0}ms) |\n"
    );
}

#[test]
fn a_lab_that_is_shown_leaves_its_samples_out_of_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let ended = conduct("02_x/y", Purpose::Show, folder.path(), body_with(true));
    assert_eq!((ended.status, ended.error), (0, None));
    assert!(ended.report.contains("target/labs/02_x/y.json has all samples"), "{}", ended.report);
    let json = fs::read_to_string(folder.path().join("target/labs/02_x/y.json")).unwrap();
    assert!(json.contains("20000000"), "{json}");
    assert!(!folder.path().join("book").exists());
}

#[test]
fn a_broken_claim_is_a_failure_and_is_not_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let ended = conduct("02_x/y", Purpose::Record, folder.path(), body_with(false));
    assert_eq!(ended.status, 1);
    assert!(ended.report.contains("BROKEN: a nap takes a while\n"), "{}", ended.report);
    insta::assert_snapshot!(ended.error.unwrap(), @"1 of its claims broke, so nothing is recorded; run it again without flags for more rounds, and if it stays so, mend what the page says");
    assert_eq!(fs::read_dir(folder.path().join("book/results/02_x")).unwrap().count(), 0);
}

#[test]
fn a_variant_that_fails_is_named() {
    let body = |lab: &mut Lab| {
        lab.measure(1, vec![("fork".into(), Box::new(|| bail!("the child exited with 1")))])
    };
    let ended = conduct("02_x/y", Purpose::Check, Path::new("unused"), body);
    assert_eq!(ended.status, 2);
    insta::assert_snapshot!(ended.error.unwrap(), @"the variant `fork` does not do its work: the child exited with 1");
}

#[test]
fn results_that_cannot_be_written_are_told_before_the_rounds() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("book/results")).unwrap();
    fs::write(folder.path().join("book/results/02_x"), "a file where a folder should be").unwrap();
    let body = |_: &mut Lab| panic!("the lab must not begin");
    let ended = conduct("02_x/y", Purpose::Record, folder.path(), body);
    assert_eq!(ended.status, 2);
    let text = ended.error.unwrap().replace(&folder.path().display().to_string(), "project");
    insta::assert_snapshot!(text, @"cannot write to project/book/results/02_x: File exists (os error 17); make it writable, or run with --quick");
}

#[test]
fn flags_contradict_each_other_in_words() {
    let error = Flags::try_parse_from(["fork_price", "--quick", "--record"]).unwrap_err();
    assert!(error.to_string().contains("cannot be used with"), "{error}");
}
