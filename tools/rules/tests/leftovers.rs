//! Nothing outlives a failed test: no queue, semaphore, shared memory, FIFO or file.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use course::catalog::Exercise;
use course::report;
use course::trial::{self, Build, Request};
use course::verify::mistake::Mistake;
use course::verify::overlay::Overlay;
use rules::project::note;
use rules::{Finding, assert_none, enclosure, project};

/// Longer than the tests of an exercise take, also on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

/// The chapters whose tests make objects that no process owns.
const CHAPTERS: [&str; 2] = ["09_streams", "10_shared_memory"];

/// Mistakes that are ended while they hold such an object: by a panic, a signal, or the end of
/// their time.
const MISTAKES: [(&str, &str); 6] = [
    ("e4_fifo_log", "a_writer_makes_a_file"),
    ("e4_fifo_log", "the_collector_waits_for_its_first_writer"),
    ("e5_mq_jobs", "a_length_of_time_is_taken_for_a_moment"),
    ("e5_mq_jobs", "a_queue_is_never_closed"),
    ("e1_shared_cell", "a_memfd_stays_empty"),
    ("e5_robust_lock", "not_robust"),
];

#[test]
fn failing_stubs_leave_nothing_behind() {
    if is_refused() {
        return;
    }
    assert_none(exercises().flat_map(|exercise| {
        let overlay = Overlay::shipped(&project().catalog, &exercise.chapter);
        left_by(exercise, &overlay.expect("the chapter can be copied"), None)
    }));
}

#[test]
fn failing_mistakes_leave_nothing_behind() {
    if is_refused() {
        return;
    }
    assert_none(MISTAKES.into_iter().flat_map(|(target, name)| {
        let exercise = exercises().find(|exercise| exercise.target == target);
        let exercise = exercise.unwrap_or_else(|| panic!("there is no exercise {target}"));
        let mistakes = Mistake::all(exercise).expect("the mistakes can be read");
        let mistake = mistakes.into_iter().find(|mistake| mistake.name == name);
        let mistake = mistake.unwrap_or_else(|| panic!("{target} has no mistake {name}"));
        let reference = project().read(&project().relative(&exercise.solution()));
        let wrong = mistake.apply(&reference).expect("the mistake fits the reference");
        let overlay = Overlay::changed(&project().catalog, exercise, &wrong);
        left_by(exercise, &overlay.expect("the chapter can be copied"), Some(&mistake))
    }));
}

fn exercises() -> impl Iterator<Item = &'static Exercise> {
    let exercises = project().catalog.exercises.iter();
    exercises.filter(|exercise| CHAPTERS.contains(&exercise.chapter.as_str()))
}

/// What the failing tests of an exercise, or the one that rejects `mistake`, leave behind.
fn left_by(exercise: &Exercise, overlay: &Overlay, mistake: Option<&Mistake>) -> Vec<Finding> {
    let (folder, target) = (overlay.folder(), overlay.target());
    let request = Request { exercise, folder, target, solution: false, show: false };
    let Build::Binary(binary) = trial::build(&request).expect("cargo can be started") else {
        panic!("{} does not compile", exercise.target);
    };
    let package = folder.join("exercises").join(&exercise.chapter);
    let test = mistake.and_then(|mistake| mistake.test.as_deref());
    let arguments: Vec<&str> = test.map(|test| [test, "--exact"]).into_iter().flatten().collect();
    let run = enclosure::run(&package, text(&binary), &arguments, LIMIT)
        .unwrap_or_else(|error| panic!("{}: {error:#}", exercise.target));

    let tests = report::parse(&run.report).expect("the grader reports");
    let kind = mistake.map(|mistake| mistake.kind.as_str());
    let as_it_must =
        tests.iter().all(|test| !test.passed() && kind.is_none_or(|kind| test.verdict == kind));
    assert!(!tests.is_empty() && as_it_must, "a run that fails as it must: {}", run.ended.printed);

    let file =
        project().relative(&mistake.map_or(exercise.tests(), |mistake| mistake.file.clone()));
    let found = |things: BTreeSet<String>, what: &str, mend: &str| {
        let things = things.into_iter().map(|thing| format!("{what}: {thing}"));
        things.map(|reason| Finding::new(&file, reason, mend)).collect::<Vec<_>>()
    };
    let mut findings = found(
        run.left,
        "a failed test leaves this behind",
        "let a value remove it when it is dropped, and the test ask for a census",
    );
    findings.extend(found(
        run.gone,
        "a failed test removes this",
        "leave alone what is not its own",
    ));
    findings
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the name of a file is UTF-8")
}

fn is_refused() -> bool {
    static REFUSED: LazyLock<Option<String>> = LazyLock::new(enclosure::is_refused);
    let Some(reason) = REFUSED.as_ref() else { return false };
    note(&format!(
        "skipped, for this system gives a program no kernel objects of its own ({reason}): what \
         failed tests leave behind"
    ));
    true
}
