//! The list of exercises, and how far the learner is.

use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use super::bar::bar;
use crate::catalog::Track;
use crate::record::{Record, Report};

/// The list of exercises.
pub fn list(records: &[Record]) -> String {
    if records.is_empty() {
        return "There is no such exercise yet.\n".to_owned();
    }
    let mut text = String::new();
    for record in records {
        let mark = if record.solved { "solved" } else { "-" };
        let track = if record.track == Track::Stretch { "stretch" } else { "" };
        let line = format!(
            "{mark:6}  {:5} {:18} difficulty {}  {:3} min  {track}",
            record.id, record.title, record.difficulty, record.minutes,
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let solved = records.iter().filter(|record| record.solved).count();
    let _ = writeln!(text, "\n{solved} of {} solved. The minutes are estimates.", records.len());
    text
}

/// What the learner has done, and what is left.
pub fn report(report: &Report) -> String {
    let mut text = format!(
        "{} {} of {} solved\n\n",
        bar(report.solved, report.all),
        report.solved,
        report.all
    );
    for record in report.exercises.iter().filter(|record| record.attempts > 0 || record.hints > 0) {
        // What was reset is open again, whenever it was solved first.
        let when = record.solved_unix_s.filter(|_| record.solved);
        let when = when.map_or_else(|| "not solved".to_owned(), day);
        let _ = writeln!(
            text,
            "{:5} {:18} {when:10}  {}, {}",
            record.id,
            record.title,
            counted(u64::from(record.attempts), "attempt"),
            counted(record.hints as u64, "hint"),
        );
    }
    if report.attempts == 0 && report.hints == 0 {
        text += "Nothing was checked yet.\n";
    }
    let open = report.all - report.solved;
    if open > 0 {
        let _ = writeln!(
            text,
            "\nleft: {}, about {} by the estimates ({} in the core course)",
            counted(open as u64, "exercise"),
            hours(report.minutes_left),
            hours(report.core_minutes_left),
        );
    }
    text
}

fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn hours(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes:02} min"),
    }
}

/// A day such as 2026-11-23, in UTC.
fn day(unix_s: u64) -> String {
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(unix_s));
    // Years of more than four digits are none of a learner's.
    let time = time.filter(|_| unix_s < 253_402_300_800).unwrap_or(UNIX_EPOCH);
    humantime::format_rfc3339_seconds(time).to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::project;

    fn records() -> Vec<Record> {
        let (_folder, catalog) = project();
        let progress = crate::progress::Progress::default();
        let of = |exercise| Record::of(&catalog, exercise, &progress);
        let mut records: Vec<Record> = catalog.exercises.iter().map(of).collect();
        records[0] = Record {
            solved: true,
            solved_unix_s: Some(1_795_444_000),
            attempts: 3,
            hints: 1,
            ..records[0].clone()
        };
        records
    }

    #[test]
    fn the_list_shows_what_is_solved() {
        insta::assert_snapshot!(list(&records()), @"
        solved  1.1   One                difficulty 1    1 min
        -       1.2   Two                difficulty 1    1 min

        1 of 2 solved. The minutes are estimates.
        ");
        assert_eq!(list(&[]), "There is no such exercise yet.\n");
    }

    #[test]
    fn the_report_shows_what_was_done_and_what_is_left() {
        insta::assert_snapshot!(report(&Report::of(records())), @"
        [###############...............] 1 of 2 solved

        1.1   One                2026-11-23  3 attempts, 1 hint

        left: 1 exercise, about 1 min by the estimates (1 min in the core course)
        ");
        let mut records = records();
        records[1].minutes = 95;
        records[0].solved = false;
        insta::assert_snapshot!(report(&Report::of(records)), @"
        [..............................] 0 of 2 solved

        1.1   One                not solved  3 attempts, 1 hint

        left: 2 exercises, about 1 h 36 min by the estimates (1 h 36 min in the core course)
        ");
    }

    #[test]
    fn a_report_of_nothing_is_no_trouble() {
        insta::assert_snapshot!(report(&Report::of(vec![])), @"
        [..............................] 0 of 0 solved

        Nothing was checked yet.
        ");
        assert_eq!(day(u64::MAX), "1970-01-01");
    }

    #[test]
    fn other_programs_get_the_same_as_json() {
        let json = serde_json::to_string_pretty(&Report::of(records())).unwrap();
        insta::assert_snapshot!(json, @r#"
        {
          "exercises": [
            {
              "id": "1.1",
              "name": "one",
              "title": "One",
              "chapter": "01_sums",
              "file": "exercises/01_sums/src/e1_one.rs",
              "page": "book/01_sums.md",
              "difficulty": 1,
              "minutes": 1,
              "track": "core",
              "solved": true,
              "solved_unix_s": 1795444000,
              "attempts": 3,
              "hints": 1
            },
            {
              "id": "1.2",
              "name": "two",
              "title": "Two",
              "chapter": "01_sums",
              "file": "exercises/01_sums/src/e2_two.rs",
              "page": "book/01_sums.md",
              "difficulty": 1,
              "minutes": 1,
              "track": "core",
              "solved": false,
              "solved_unix_s": null,
              "attempts": 0,
              "hints": 0
            }
          ],
          "solved": 1,
          "all": 2,
          "attempts": 3,
          "hints": 1,
          "minutes_left": 1,
          "core_minutes_left": 1
        }
        "#);
    }
}
