//! The checks of exercises are checked themselves, on a project that is wrong on purpose.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use course::catalog::{Catalog, Exercise};
use course::verify::checks::{Checks, Report};
use course::verify::mirror;
use course::verify::mistake::Mistake;
use rules::project;
use tempfile::TempDir;

const REFERENCE: &str = "//! Twice.\n\npub fn twice(n: u32) -> u32 {\n    n * 2\n}\n";
const STUB: &str = "//! Twice.\n\npub fn twice(n: u32) -> u32 {\n    todo!(\"double {n}\")\n}\n";
const TESTS: &str = "\
use wrong::e0_twice::twice;

#[grade::test(timeout_ms = 3_000)]
fn three_is_doubled() {
    assert_eq!(twice(3), 6, \"twice 3\");
}

#[grade::test]
fn zero_stays() {
    assert_eq!(twice(0), 0);
}
";

#[test]
fn what_is_right_passes_the_checks() {
    let (_folder, catalog) = project_with(STUB, REFERENCE);
    assert_eq!(check(&catalog, |checks, e| checks.stub(e)), Ok(()));
    assert_eq!(check(&catalog, |checks, e| checks.reference(e)), Ok(()));
    assert_eq!(mistake(&catalog, "test: three_is_doubled\nkind: panic", "n * 3"), Ok(()));
    assert_eq!(mistake(&catalog, "kind: does-not-compile", "n * false"), Ok(()));
}

#[test]
fn a_stub_that_passes_hangs_or_warns_is_found() {
    let stub = |body: &str| {
        let (_folder, catalog) =
            project_with(&STUB.replace("todo!(\"double {n}\")", body), REFERENCE);
        check(&catalog, |checks, e| checks.stub(e)).unwrap_err()
    };
    insta::assert_snapshot!(stub("n"), @"solutions/99_wrong/stubs/e0_twice.rs: the test `zero_stays` passes on the stub; let the test demand something that only a solution does");
    insta::assert_snapshot!(stub("while n == 3 {} todo!()"), @"solutions/99_wrong/stubs/e0_twice.rs: the test `three_is_doubled` hangs on the stub; let the stub fail at once with `todo!`, or let the test notice earlier");
    let warns = stub("let m = n; todo!()");
    assert!(warns.contains("stubs/e0_twice.rs: it does not compile without a warning"), "{warns}");
    assert!(warns.contains("unused variable: `m`"), "{warns}");
}

#[test]
fn a_reference_that_fails_or_warns_is_found() {
    let reference = |body: &str| {
        let (_folder, catalog) = project_with(STUB, &REFERENCE.replace("n * 2", body));
        check(&catalog, |checks, e| checks.reference(e)).unwrap_err()
    };
    insta::assert_snapshot!(reference("n + 3"), @r"
    solutions/99_wrong/e0_twice.rs: the test `zero_stays` rejects the reference; mend the reference or the test
    panic: panicked at exercises/99_wrong/tests/e0_twice.rs:10:5:
    assertion `left == right` failed
      left: 3
     right: 0
    ");
    insta::assert_snapshot!(reference("if n == 3 { std::process::exit(0) } n * 2"), @r"
    solutions/99_wrong/e0_twice.rs: the test `three_is_doubled` rejects the reference; mend the reference or the test
    exit: the process of the test ended early, with exit status 0: that is no pass.
    Does the code call exit or _exit in the process that called it?
    ");
    let warns = reference("let m = n; n * 2");
    assert!(warns.contains("unused variable: `m`"), "{warns}");
}

#[test]
fn a_mistake_that_is_none_or_another_is_found() {
    let (_folder, catalog) = project_with(STUB, REFERENCE);
    let found = |header: &str, body: &str| mistake(&catalog, header, body).unwrap_err();
    insta::assert_snapshot!(found("test: three_is_doubled\nkind: panic", "n + n"), @"solutions/99_wrong/mistakes/e0_twice/m.patch: the test `three_is_doubled` passes on this mistake; sharpen the test, or name another in the header");
    insta::assert_snapshot!(found("test: three_is_doubled\nkind: signal", "n * 3"), @r"
    solutions/99_wrong/mistakes/e0_twice/m.patch: the test `three_is_doubled` rejects this mistake in another way: the header says signal, the test panic; mend the one that is wrong
    panic: panicked at exercises/99_wrong/tests/e0_twice.rs:5:5:
    assertion `left == right` failed: twice 3
      left: 9
     right: 6
    ");
    insta::assert_snapshot!(found("test: zero_stays\nkind: panic", "n * 3"), @"solutions/99_wrong/mistakes/e0_twice/m.patch: the test `zero_stays` passes on this mistake; sharpen the test, or name another in the header");
    insta::assert_snapshot!(found("kind: does-not-compile", "n * 3"), @"solutions/99_wrong/mistakes/e0_twice/m.patch: this mistake compiles; mend it, or say how it fails");
    let unknown = found("test: four_is_doubled\nkind: panic", "n * 3");
    assert!(unknown.contains("the test `four_is_doubled` did not tell its verdict"), "{unknown}");
    let broken = found("test: three_is_doubled\nkind: panic", "n * false");
    assert!(broken.contains("this mistake does not compile"), "{broken}");

    fs::write(catalog.exercises[0].solution(), "//! Another.\n").unwrap();
    let stale = found("test: three_is_doubled\nkind: panic", "n * 3");
    assert!(stale.contains("m.patch does not fit the reference"), "{stale}");
}

/// A project of one exercise, and the folder that goes with it. It is built beside the overlays of
/// the real one, with the same dependencies.
fn project_with(stub: &str, reference: &str) -> (TempDir, Catalog) {
    let real = &project().catalog;
    let folder = tempfile::tempdir().unwrap();
    let grade = real.root.join("tools/grade");
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"exercises/*\"]\n\
         [workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [workspace.dependencies]\ngrade = {{ path = {grade:?} }}\n\
         [workspace.lints.rust]\nunused_must_use = \"deny\"\n\
         [profile.dev]\ndebug = \"line-tables-only\"\n"
    );
    let member = "[package]\nname = \"wrong\"\nversion.workspace = true\nedition.workspace = true\n\
                  [package.metadata.course]\n\
                  e0_twice = { difficulty = 1, minutes = 1, track = \"core\" }\n\
                  [features]\nsolution = []\n[lib]\ntest = false\ndoctest = false\n\
                  [dev-dependencies]\ngrade.workspace = true\n[lints]\nworkspace = true\n";
    let lib = "#[cfg_attr(feature = \"solution\", path = \"../../../solutions/99_wrong/e0_twice.rs\")]\n\
               pub mod e0_twice;\n";
    for (file, text) in [
        ("Cargo.toml", manifest.as_str()),
        ("Cargo.lock", &project().read("Cargo.lock")),
        ("exercises/99_wrong/Cargo.toml", member),
        ("exercises/99_wrong/src/lib.rs", lib),
        ("exercises/99_wrong/src/e0_twice.rs", "what a learner types does not matter\n"),
        ("exercises/99_wrong/tests/e0_twice.rs", TESTS),
        ("solutions/99_wrong/e0_twice.rs", reference),
        ("solutions/99_wrong/stubs/e0_twice.rs", stub),
    ] {
        mirror::write(&folder.path().join(file), text).unwrap();
    }
    let mut catalog = Catalog::of(folder.path()).unwrap();
    catalog.target = real.target.clone();
    (folder, catalog)
}

/// What `check` finds wrong with the exercise of `catalog`.
fn check(
    catalog: &Catalog,
    check: impl Fn(&Checks<'_>, &Exercise) -> anyhow::Result<Report>,
) -> Result<(), String> {
    let stop = AtomicBool::new(false);
    let checks = Checks { catalog, times: 1, stop: &stop };
    match check(&checks, &catalog.exercises[0]).unwrap() {
        Report { problem: Some(problem), .. } => Err(problem),
        Report { problem: None, reached } => {
            assert_eq!(reached, 1);
            Ok(())
        }
    }
}

/// What is wrong with a mistake that has `header` and puts `body` in place of the right one.
fn mistake(catalog: &Catalog, header: &str, body: &str) -> Result<(), String> {
    let exercise = &catalog.exercises[0];
    let patch = format!(
        "{header}\nwhy: It is wrong on purpose.\n--- a/e0_twice.rs\n+++ b/e0_twice.rs\n\
         @@ -3,3 +3,3 @@\n pub fn twice(n: u32) -> u32 {{\n-    n * 2\n+    {body}\n }}\n"
    );
    let file: &Path = &exercise.mistakes().join("m.patch");
    mirror::write(file, patch).unwrap();
    let mistake = Mistake::read(file).unwrap();
    check(catalog, |checks, exercise| checks.mistake(exercise, &mistake))
}
