//! What a teacher reads of each submission.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::visible::visible;
use crate::grade::{Graded, Report, Row};

/// The most characters of a reason that are shown.
const MOST_LETTERS: usize = 72;

/// The line of one submission; below it, those of its exercises that were begun and not solved.
/// `width` is that of the longest name.
pub fn grades(row: &Row, width: usize) -> String {
    let name = visible(&row.submission);
    let mut text = format!("{name:width$}  {:2} of {}", row.solved, row.all);
    if let Some(problem) = &row.problem {
        let _ = writeln!(text, "  no submission: {}", visible(problem));
        return text;
    }
    let mut chapters: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for graded in &row.exercises {
        let (solved, all) = chapters.entry(&graded.entry.chapter).or_default();
        *solved += usize::from(graded.solved());
        *all += 1;
    }
    for (chapter, (solved, all)) in chapters.iter().filter(|_| chapters.len() > 1) {
        let _ = write!(text, "  {chapter} {solved}/{all}");
    }
    text.push('\n');
    for graded in row.exercises.iter().filter(|graded| !is_plain(graded)) {
        let Graded { entry, .. } = graded;
        let _ = writeln!(text, "    {:5} {:16}  {}", entry.id, entry.verdict, cut(&why(graded)));
    }
    for verdict in ["not-started", "no-file"] {
        let of = |graded: &&Graded| graded.entry.verdict == verdict;
        let ids: Vec<&str> =
            row.exercises.iter().filter(of).map(|graded| graded.entry.id.as_str()).collect();
        if !ids.is_empty() {
            let _ = writeln!(text, "    {verdict}: {}", ids.join(" "));
        }
    }
    text
}

/// How many submissions have solved all.
pub fn graded_many(report: &Report) -> String {
    let all = report.submissions.len();
    let submissions = if all == 1 { "submission" } else { "submissions" };
    format!("\n{} of {all} {submissions} solved all.\n", report.solved)
}

/// Before a wait.
pub fn grading_elsewhere() -> &'static str {
    "Another `cargo course grade` is at work in this project; this one waits for it."
}

/// Whether there is nothing to tell of it but the verdict.
fn is_plain(graded: &Graded) -> bool {
    matches!(graded.entry.verdict, "solved" | "not-started" | "no-file")
}

/// Why it is not solved, in a line.
fn why(graded: &Graded) -> String {
    let Graded { entry, reason } = graded;
    if let Some(reason) = reason {
        return reason.clone();
    }
    if let Some(error) = entry.compile_errors.first() {
        return error.clone();
    }
    let passed = entry.tests.iter().filter(|test| test.verdict == "pass").count();
    let mut text = format!("{passed} of {} tests pass", entry.tests.len());
    if let Some(test) = entry.tests.iter().find(|test| test.verdict != "pass") {
        let _ = write!(text, "; {} in {}", test.verdict, test.name);
    } else if entry.program.is_some() {
        text += "; the test program failed, although no test did";
    }
    text
}

fn cut(text: &str) -> String {
    let line = visible(text.lines().next().unwrap_or_default());
    match line.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Entry;
    use crate::verify::fixture::project;

    #[test]
    fn chapters_are_summed_up_where_there_are_several() {
        let (_folder, mut catalog) = project();
        catalog.exercises[1].chapter = "02_products".to_owned();
        let graded = |position: usize, verdict, reason: Option<&str>| Graded {
            entry: Entry::without_tests(&catalog, &catalog.exercises[position], verdict),
            reason: reason.map(str::to_owned),
        };
        let long = format!("\u{1b}[1m{}\nnext", "letters ".repeat(20));
        let exercises = vec![graded(0, "solved", None), graded(1, "refused", Some(&long))];
        let submission = "class/\u{202e}ann".to_owned();
        let row = Row { submission, solved: 1, all: 2, problem: None, exercises };
        insta::assert_snapshot!(grades(&row, 4), @r"
        class/\u{202e}ann   1 of 2  01_sums 1/1  02_products 0/1
            1.2   refused           \u{1b}[1mletters letters letters letters letters letters letters letters...
        ");
    }
}
