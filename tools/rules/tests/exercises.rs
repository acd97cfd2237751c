//! Every stub fails all of its tests, every reference passes them, and every known mistake is
//! rejected in the way that it says.
//!
//! All of it happens in copies of the chapters under `target/overlay/`, where the exercises are as
//! shipped: what a learner has typed makes no difference.

use std::fmt::Write;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use course::catalog::Exercise;
use course::verify::checks::{Checks, Report};
use course::verify::mistake::Mistake;
use rules::project::{note, strict};
use rules::snapshot::{Order, compare};
use rules::{Finding, assert_none, project};

#[test]
fn every_stub_compiles_and_fails_each_of_its_tests() {
    assert_none(problems(|exercise| Ok(vec![checks().stub(exercise)?])));
}

#[test]
fn every_reference_passes_its_tests() {
    assert_none(problems(|exercise| Ok(vec![checks().reference(exercise)?])));
}

#[test]
fn every_mistake_is_rejected_as_it_says() {
    assert_none(problems(|exercise| {
        let mistakes = sample(Mistake::all(exercise)?);
        mistakes.iter().map(|mistake| checks().mistake(exercise, mistake)).collect()
    }));
    note(&sampled().unwrap_or_else(|error| format!("{error:#}")));
}

#[test]
fn what_a_stub_says_first_is_as_recorded() {
    assert_none(problems(|exercise| {
        let recorded = project().relative(&exercise.first_failure());
        let Some(said) = checks().first_failure(exercise)? else {
            let reason = "the first test of the exercise does not fail on the stub";
            let finding = Finding::new(recorded, reason, "let it demand what only a solution does");
            return Ok(vec![Report { reached: 0, problem: Some(finding.to_string()) }]);
        };
        let difference = compare(&project().catalog.root, &recorded, &said, Order::Fixed);
        Ok(vec![Report { reached: 0, problem: difference.err() }])
    }));
}

fn checks() -> Checks<'static> {
    static NEVER: AtomicBool = AtomicBool::new(false);
    Checks { catalog: &project().catalog, times: 1, stop: &NEVER }
}

/// What `check` finds wrong with any exercise.
fn problems(check: impl Fn(&Exercise) -> Result<Vec<Report>>) -> Vec<String> {
    let each = project().catalog.exercises.iter().flat_map(|exercise| match check(exercise) {
        Ok(reports) => reports.into_iter().filter_map(|report| report.problem).collect(),
        Err(error) => vec![format!("{} cannot be checked: {error:#}", exercise.target)],
    });
    each.collect()
}

/// In how many parts the mistakes are tried, one part a day: all of them take too long.
const PARTS: usize = 3;

/// Every third one of the mistakes where the rules are strict, the others on the next days; the first of an
/// exercise elsewhere.
fn sample(mut mistakes: Vec<Mistake>) -> Vec<Mistake> {
    if !strict() {
        mistakes.truncate(1);
        return mistakes;
    }
    mistakes.into_iter().skip(*PART).step_by(PARTS).collect()
}

/// The part of this day; the same all through a run.
static PART: LazyLock<usize> = LazyLock::new(|| {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("the clock is set");
    now.as_secs() as usize / DAY.as_secs() as usize % PARTS
});

/// Which mistakes were tried.
fn sampled() -> Result<String> {
    let mut text =
        "mistakes tried (a third of them where CI is set; `cargo course verify` tries all):"
            .to_owned();
    for exercise in &project().catalog.exercises {
        let all = Mistake::all(exercise)?;
        let (count, tried) = (all.len(), sample(all));
        let names = match &*tried {
            [one] => format!("{}, 1", one.name),
            several => several.len().to_string(),
        };
        write!(text, "\n  {} {names} of {count}", exercise.id())?;
    }
    Ok(text)
}
