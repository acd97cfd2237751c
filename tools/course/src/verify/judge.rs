//! Decides from a trial whether a file is what it must be, and says what to do where it is not.

use super::mistake::{DOES_NOT_COMPILE, Mistake};
use crate::report::TestReport;
use crate::trial::{CompileError, Trial};

/// What is wrong, and how to mend it.
pub type Judgment = Result<(), String>;

/// A stub must fail every test, each within its time limit.
pub fn stub(trial: &Trial) -> Judgment {
    all_reported(trial)?;
    for TestReport { name, verdict, .. } in &trial.tests {
        match verdict.as_str() {
            "pass" => {
                return Err(format!(
                    "the test `{name}` passes on the stub; let the test demand something that \
                     only a solution does"
                ));
            }
            "timeout" => {
                return Err(format!(
                    "the test `{name}` hangs on the stub; let the stub fail at once with `todo!`, \
                     or let the test notice earlier"
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A reference must pass every test.
pub fn reference(trial: &Trial) -> Judgment {
    all_reported(trial)?;
    match trial.tests.iter().find(|test| !test.passed()) {
        Some(TestReport { name, verdict, message, .. }) => Err(format!(
            "the test `{name}` rejects the reference; mend the reference or the test\n\
             {verdict}: {message}"
        )),
        None if trial.solved() => Ok(()),
        None => Err(format!(
            "its tests pass and yet the test binary failed; see what it says\n{}",
            trial.output
        )),
    }
}

/// A mistake that compiles must fail the test that its header names, in the way that it names.
pub fn mistake(trial: &Trial, mistake: &Mistake) -> Judgment {
    all_reported(trial)?;
    let kind = &mistake.kind;
    for TestReport { name, verdict, message, .. } in &trial.tests {
        if verdict == "pass" {
            return Err(format!(
                "the test `{name}` passes on this mistake; sharpen the test, or name another in \
                 the header"
            ));
        }
        if verdict != kind {
            return Err(format!(
                "the test `{name}` rejects this mistake in another way: the header says {kind}, \
                 the test {verdict}; mend the one that is wrong\n{verdict}: {message}"
            ));
        }
    }
    Ok(())
}

/// Stub and reference must compile, as all that is shipped.
pub fn compiled(errors: &[CompileError]) -> String {
    format!("it does not compile without a warning; mend it\n{}", texts(errors))
}

/// A mistake must compile, unless its header says otherwise; then the error must be in `files`:
/// the exercise or its tests.
pub fn mistake_compiled(errors: &[CompileError], mistake: &Mistake, files: [&str; 2]) -> Judgment {
    if mistake.kind != DOES_NOT_COMPILE {
        let texts = texts(errors);
        return Err(format!(
            "this mistake does not compile; mend it, or write `kind: {DOES_NOT_COMPILE}`\n{texts}"
        ));
    }
    if errors.iter().any(|error| files.contains(&error.file.as_str())) {
        return Ok(());
    }
    Err(format!(
        "the compiler finds no error in {}; mend what it complains of\n{}",
        files.join(" or "),
        texts(errors)
    ))
}

fn all_reported(trial: &Trial) -> Judgment {
    match trial.missing.first() {
        Some(name) => Err(format!(
            "the test `{name}` did not tell its verdict; is there a test of this name, and did \
             the tests run to their end?\n{}",
            trial.output
        )),
        None if trial.tests.is_empty() => {
            Err("there is no test that could tell anything; write one".to_owned())
        }
        None => Ok(()),
    }
}

fn texts(errors: &[CompileError]) -> String {
    errors.iter().map(|error| error.text.as_str()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn trial(verdicts: &[(&str, &str)]) -> Trial {
        let report = |&(name, verdict): &(&str, &str)| TestReport {
            name: name.to_owned(),
            verdict: verdict.to_owned(),
            ms: 1,
            message: "the reason".to_owned(),
            hint: String::new(),
            output: String::new(),
        };
        Trial {
            success: verdicts.iter().all(|&(_, verdict)| verdict == "pass"),
            output: "the output".to_owned(),
            tests: verdicts.iter().map(report).collect(),
            ..Trial::default()
        }
    }

    fn unreported() -> Trial {
        Trial { missing: vec!["waits".to_owned()], ..trial(&[("adds", "pass")]) }
    }

    fn header(text: &str) -> Mistake {
        let patch = "--- a/e1.rs\n+++ b/e1.rs\n@@ -1,1 +1,1 @@\n-a\n+b\n";
        Mistake::parse(Path::new("mistakes/e1/m.patch"), &format!("{text}why: w.\n{patch}"))
            .unwrap()
    }

    #[test]
    fn a_stub_fails_each_test_in_time() {
        let judge = |verdicts: &[_]| stub(&trial(verdicts));
        assert_eq!(judge(&[("adds", "panic"), ("waits", "signal")]), Ok(()));
        insta::assert_snapshot!(judge(&[("adds", "pass"), ("waits", "panic")]).unwrap_err(), @"the test `adds` passes on the stub; let the test demand something that only a solution does");
        insta::assert_snapshot!(judge(&[("adds", "panic"), ("waits", "timeout")]).unwrap_err(), @"the test `waits` hangs on the stub; let the stub fail at once with `todo!`, or let the test notice earlier");
        insta::assert_snapshot!(judge(&[]).unwrap_err(), @"there is no test that could tell anything; write one");
        insta::assert_snapshot!(stub(&unreported()).unwrap_err(), @r"
        the test `waits` did not tell its verdict; is there a test of this name, and did the tests run to their end?
        the output
        ");
    }

    #[test]
    fn a_reference_passes_each_test() {
        let judge = |verdicts: &[_]| reference(&trial(verdicts));
        assert_eq!(judge(&[("adds", "pass"), ("waits", "pass")]), Ok(()));
        insta::assert_snapshot!(judge(&[("adds", "pass"), ("waits", "panic")]).unwrap_err(), @r"
        the test `waits` rejects the reference; mend the reference or the test
        panic: the reason
        ");
        insta::assert_snapshot!(reference(&unreported()).unwrap_err(), @r"
        the test `waits` did not tell its verdict; is there a test of this name, and did the tests run to their end?
        the output
        ");
        let failed = Trial { success: false, ..trial(&[("adds", "pass"), ("waits", "pass")]) };
        insta::assert_snapshot!(reference(&failed).unwrap_err(), @r"
        its tests pass and yet the test binary failed; see what it says
        the output
        ");
    }

    #[test]
    fn a_mistake_fails_as_its_header_says() {
        let header = header("test: waits\nkind: timeout\n");
        let judge = |verdicts: &[_]| mistake(&trial(verdicts), &header);
        assert_eq!(judge(&[("waits", "timeout")]), Ok(()));
        insta::assert_snapshot!(judge(&[("waits", "pass")]).unwrap_err(), @"the test `waits` passes on this mistake; sharpen the test, or name another in the header");
        insta::assert_snapshot!(judge(&[("waits", "panic")]).unwrap_err(), @r"
        the test `waits` rejects this mistake in another way: the header says timeout, the test panic; mend the one that is wrong
        panic: the reason
        ");
        insta::assert_snapshot!(mistake(&unreported(), &header).unwrap_err(), @r"
        the test `waits` did not tell its verdict; is there a test of this name, and did the tests run to their end?
        the output
        ");
    }

    #[test]
    fn what_does_not_compile_does_so_in_the_exercise_and_on_purpose() {
        let error = |file: &str| CompileError {
            file: file.to_owned(),
            text: "error".to_owned(),
            ..CompileError::default()
        };
        let header_says = header("kind: does-not-compile\n");
        let files = ["src/e1.rs", "tests/e1.rs"];
        assert_eq!(mistake_compiled(&[error("src/e1.rs")], &header_says, files), Ok(()));
        let elsewhere = mistake_compiled(&[error("src/lib.rs")], &header_says, files);
        insta::assert_snapshot!(elsewhere.unwrap_err(), @r"
        the compiler finds no error in src/e1.rs or tests/e1.rs; mend what it complains of
        error
        ");
        let surprise = mistake_compiled(&[error("e1.rs")], &header("test: t\nkind: exit\n"), files);
        insta::assert_snapshot!(surprise.unwrap_err(), @r"
        this mistake does not compile; mend it, or write `kind: does-not-compile`
        error
        ");
        insta::assert_snapshot!(compiled(&[error("src/e1.rs")]), @r"
        it does not compile without a warning; mend it
        error
        ");
    }
}
