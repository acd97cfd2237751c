//! What does the lock of CPython let others do, in each version that is installed?
//!
//! The same programs run in each interpreter that `PATH` has: those of the page, and one that counts what cannot
//! be forced. Nothing is timed. Where there is no interpreter, it says so, and there is nothing to claim. With
//! the feature `python` it also has one inside of it.

#[cfg(feature = "python")]
mod embedded;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use labkit::Lab;

/// The names under which interpreters are installed; `python3` is one of the others, or a newer one.
const NAMES: [&str; 11] = [
    "python2.7",
    "python3.8",
    "python3.9",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.13t",
    "python3.14",
    "python3.14t",
    "python3",
];

const COUNTS: &str = include_str!("counts.py");
const HEARTBEATS: &str = include_str!("../../../../listings/15_gil/examples/heartbeats.py");
const OWN_INTERPRETER: &str =
    include_str!("../../../../listings/15_gil/examples/own_interpreter.py");

/// The page shows it below the numbers.
const HOW_IT_COULD_BE_WRONG: &str = include_str!("../../how_it_could_be_wrong/gil_versions.md");

/// What one interpreter has said: its version, and a number for each question.
struct Interpreter {
    version: (u32, u32),
    full_version: String,
    has_gil: bool,
    answers: Vec<(String, i64)>,
}

fn main() -> ExitCode {
    labkit::run("15_gil/gil_versions", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let mut found: Vec<Interpreter> = Vec::new();
    for name in NAMES {
        let Some((full_version, has_gil)) = version_of(name) else { continue };
        if !found.iter().any(|known| known.full_version == full_version && known.has_gil == has_gil)
        {
            found.push(Interpreter::ask(name, full_version, has_gil)?);
        }
    }
    if found.is_empty() {
        ensure!(!lab.is_recorded(), "there is no interpreter on PATH; put some there to record");
        eprintln!("no interpreter is on PATH, not even python3: there is nothing to ask");
        return Ok(());
    }
    found.sort_by_key(|interpreter| interpreter.version);
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

/// The version of the interpreter of that name, and whether it has the lock; `None` where it does not start.
fn version_of(name: &str) -> Option<(String, bool)> {
    let ask = "import sys; print('.'.join(map(str, sys.version_info[:3]))); \
               print(getattr(sys, '_is_gil_enabled', lambda: True)())";
    let said = said_by(name, &["-c", ask]).ok()?;
    let (version, has_gil) = said.trim().split_once('\n')?;
    Some((version.to_owned(), has_gil == "True"))
}

fn said_by(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output()?;
    if !output.status.success() {
        bail!(
            "{program} ends with {}:\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

impl Interpreter {
    fn ask(name: &str, full_version: String, has_gil: bool) -> Result<Interpreter> {
        let mut numbers = full_version.split('.').map(str::parse);
        let mut next =
            || numbers.next().context("a version has three numbers")?.context("of digits");
        let version = (next()?, next()?);
        let mut said = said_by(name, &["-c", HEARTBEATS, "--count"])?;
        said += &said_by(name, &["-c", COUNTS])?;
        if version >= (3, 8) {
            said += &said_by(name, &["-c", OWN_INTERPRETER, "--count"])?;
        }
        let answer = |line: &str| {
            let (question, number) = line.rsplit_once(": ").context("it answers no question")?;
            Ok((question.to_owned(), number.parse()?))
        };
        let answers = said.lines().map(answer).collect::<Result<_>>()?;
        Ok(Interpreter { version, full_version, has_gil, answers })
    }

    fn answer(&self, question: &str) -> Option<i64> {
        self.answers.iter().find(|(asked, _)| asked == question).map(|(_, number)| *number)
    }
}

fn show(lab: &mut Lab, found: &[Interpreter]) {
    let newest = &found[found.len() - 1];
    let mut head = vec!["CPython"];
    head.extend(found.iter().map(|interpreter| &*interpreter.full_version));
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
    lab.fact("how_it_could_be_wrong", HOW_IT_COULD_BE_WRONG.trim_end());
}

fn claim(lab: &mut Lab, found: &[Interpreter]) {
    let all = |asked: &str, of: fn(&Interpreter) -> bool, holds: fn(i64) -> bool| {
        found
            .iter()
            .filter(|one| one.has_gil && of(one))
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
        all(asked, |one| one.version < (3, 12), |beats| beats <= 3),
    );
    lab.claim(
        "a second interpreter does not hold the first one up from 3.12 on",
        all(asked, |one| one.version >= (3, 12), |beats| beats > 3),
    );
    lab.claim(
        "`x += 1` loses updates up to 3.9",
        all("x += 1", |one| one.version < (3, 10), |lost| lost > 0),
    );
    lab.claim(
        "`x += 1` in this program loses none since 3.10",
        all("x += 1", |one| one.version >= (3, 10), |lost| lost == 0),
    );
    lab.claim("`x += one()` loses updates in each", all("x += one()", |_| true, |lost| lost > 0));
}
