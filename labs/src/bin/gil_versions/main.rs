//! What does the lock of CPython let others do, in each version that is installed?
//!
//! The same programs run in each interpreter that `PATH` has: those of the page, and one that counts what cannot
//! be forced. Nothing is timed. Where there is no interpreter, it says so, and there is nothing to claim. With
//! the feature `python` it also has one inside of it.

#[cfg(feature = "python")]
mod embedded;

mod interpreter;

use std::process::ExitCode;

use anyhow::{Result, ensure};
use interpreter::Interpreter;
use labkit::Lab;
use labs::python;

fn main() -> ExitCode {
    labkit::run("15_gil/gil_versions", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let found = python::all()?.into_iter().map(Interpreter::ask).collect::<Result<Vec<_>>>()?;
    if found.is_empty() {
        ensure!(!lab.is_recorded(), "there is no interpreter on PATH; put some there to record");
        eprintln!("no interpreter is on PATH, not even python3: there is nothing to ask");
        return Ok(());
    }
    show(lab, &found);
    claim(lab, &found);
    embed(lab)
}

#[cfg(feature = "python")]
fn embed(lab: &mut Lab) -> Result<()> {
    let embedded::Beats { version, held, detached } = embedded::count()?;
    lab.fact("embedded_version", version);
    lab.fact("embedded_held", held.to_string());
    lab.fact("embedded_detached", detached.to_string());
    lab.claim("while Rust computes with the lock, no Python runs", held <= 3);
    lab.claim("while Rust computes detached, Python runs", detached > 3);
    Ok(())
}

#[cfg(not(feature = "python"))]
fn embed(lab: &mut Lab) -> Result<()> {
    ensure!(!lab.is_recorded(), "pages show PyO3, too; add --features python to record");
    Ok(())
}

fn show(lab: &mut Lab, found: &[Interpreter]) {
    let newest = &found[found.len() - 1];
    let mut head = vec!["CPython"];
    head.extend(found.iter().map(|interpreter| &*interpreter.python.full_version));
    let row = |question: &String| {
        let answer =
            |one: &Interpreter| one.answer(question).map_or("–".to_owned(), |n| n.to_string());
        let is_code = !question.starts_with("a ") && question.contains(['(', '+']);
        let named = if is_code { format!("`{question}`") } else { question.clone() };
        std::iter::once(named).chain(found.iter().map(answer)).collect()
    };
    let questions: Vec<&String> = newest.answers.iter().map(|(question, _)| question).collect();
    let rows: Vec<Vec<String>> = questions.into_iter().map(row).collect();
    lab.page_table(&head, &rows);
    for (question, fact) in
        [("turns, a short one", "turns_of_2_7"), ("releases", "releases_of_2_7")]
    {
        if let Some(number) =
            found[0].answer(question).filter(|_| found[0].python.version == (2, 7))
        {
            lab.fact(fact, number.to_string());
        }
    }
}

fn claim(lab: &mut Lab, found: &[Interpreter]) {
    let all = |asked: &str, of: fn(&Interpreter) -> bool, holds: fn(i64) -> bool| {
        found
            .iter()
            .filter(|one| one.python.has_gil && of(one))
            .filter_map(|one| one.answer(asked))
            .all(holds)
    };
    for call in ["sum(range(..))", "sorted(..)", "re.match(..)"] {
        lab.claim(
            &format!("during `{call}` nobody else runs"),
            all(call, |_| true, |beats| beats <= 3),
        );
    }
    for others in ["a loop", "sleep(..)", "a child's sum(range(..))"] {
        lab.claim(&format!("during {others} others run"), all(others, |_| true, |beats| beats > 3));
    }
    let asked = "second interpreter";
    lab.claim(
        "a second interpreter holds the first one up before 3.12",
        all(asked, |one| one.python.version < (3, 12), |beats| beats <= 3),
    );
    lab.claim(
        "a second interpreter does not hold the first one up from 3.12 on",
        all(asked, |one| one.python.version >= (3, 12), |beats| beats > 3),
    );
    let asked = ["turns, the longest interval", "turns, a short one"];
    lab.claim("who is not asked goes on to its end", all(asked[0], |_| true, |turns| turns == 1));
    lab.claim(
        "who is asked lets others run",
        all(asked[1], |one| one.python.version.0 > 2, |turns| turns > 3),
    );
    lab.claim(
        "`x += 1` loses updates up to 3.9",
        all("x += 1", |one| one.python.version < (3, 10), |lost| lost > 0),
    );
    lab.claim(
        "`x += 1` in this program loses none since 3.10",
        all("x += 1", |one| one.python.version >= (3, 10), |lost| lost == 0),
    );
    lab.claim("`x += one()` loses updates in each", all("x += one()", |_| true, |lost| lost > 0));
}
