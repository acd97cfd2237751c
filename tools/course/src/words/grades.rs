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
