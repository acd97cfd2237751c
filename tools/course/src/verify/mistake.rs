//! Reads a known wrong answer: a few lines of header, then a patch against the reference.
//!
//! ```text
//! test: a_signal_is_reported
//! kind: panic
//! why: A process that died from a signal is not a success.
//! --- a/e0_exit_status.rs
//! +++ b/e0_exit_status.rs
//! @@ -15,3 +15,3 @@
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use diffy::Patch;

use super::header::Header;
use crate::catalog::Exercise;

/// The kind of a mistake that the compiler refuses.
pub const DOES_NOT_COMPILE: &str = "does-not-compile";

/// A wrong answer, and how it is found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong, such as `a_signal_counts_as_zero`: the name of the file.
    pub name: String,
    /// The test that must reject it; none where it does not compile.
    pub test: Option<String>,
    /// The verdict of that test, or [`DOES_NOT_COMPILE`].
    pub kind: String,
    /// One sentence for the reader.
    pub why: String,
    /// The file that was read.
    pub file: PathBuf,
    /// The change that makes the reference wrong: a unified diff.
    pub patch: String,
}

impl Mistake {
    /// Reads the mistakes of `exercise`, sorted by name.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be read, is no patch, or does not have the header.
    pub fn all(exercise: &Exercise) -> Result<Vec<Mistake>> {
        let folder = exercise.mistakes();
        let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
        let mut files = Vec::new();
        for entry in entries {
            let file = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
            ensure!(
                file.extension().is_some_and(|extension| extension == "patch"),
                "{} is no mistake: name it `<what_is_wrong>.patch` or remove it",
                file.display()
            );
            files.push(file);
        }
        files.sort();
        files.iter().map(|file| Mistake::read(file)).collect()
    }

    /// Reads one mistake.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read, is no patch, or does not have the header.
    pub fn read(file: &Path) -> Result<Mistake> {
        fs::read_to_string(file)
            .map_err(anyhow::Error::from)
            .and_then(|text| Mistake::parse(file, &text))
            .with_context(|| format!("cannot use the mistake {}", file.display()))
    }

    /// The reference with this mistake in it.
    ///
    /// # Errors
    ///
    /// Fails where the patch does not fit `reference`, or changes nothing.
    pub fn apply(&self, reference: &str) -> Result<String> {
        let patch = Patch::from_str(&self.patch).context("cannot read the patch")?;
        let wrong = diffy::apply(reference, &patch).with_context(|| {
            format!(
                "{} does not fit the reference; change a copy of the reference and make the patch \
                 anew with `diff -u`",
                self.file.display()
            )
        })?;
        ensure!(wrong != reference, "{} changes nothing", self.file.display());
        Ok(wrong)
    }

    pub(super) fn parse(file: &Path, text: &str) -> Result<Mistake> {
        let start = start_of_patch(text).context("no line begins with `--- a/`: add a patch")?;
        let (header, patch) = text.split_at(start);
        let mut header = Header::parse(header)?;

        let parsed = Patch::from_str(patch)?;
        ensure!(!parsed.hunks().is_empty(), "the patch changes nothing: add a hunk");
        let target = target_of(file)?;
        for (side, name) in [("a", parsed.original()), ("b", parsed.modified())] {
            let wanted = format!("{side}/{target}.rs");
            ensure!(name == Some(wanted.as_str()), "the patch must name the file `{wanted}`");
        }

        let kind = header.take("kind")?;
        let test = if kind == DOES_NOT_COMPILE { None } else { Some(header.take("test")?) };
        let mistake = Mistake {
            name: stem(file)?,
            test,
            kind,
            why: header.take("why")?,
            file: file.to_owned(),
            patch: patch.to_owned(),
        };
        header.finish()?;
        Ok(mistake)
    }
}

/// Where the first line that begins with `--- ` stands.
fn start_of_patch(text: &str) -> Option<usize> {
    if text.starts_with("--- ") { Some(0) } else { text.find("\n--- ").map(|end| end + 1) }
}

/// The name of the exercise: the folder that holds the patch.
fn target_of(file: &Path) -> Result<String> {
    stem(file.parent().context("a mistake lies in the folder of its exercise")?)
}

fn stem(path: &Path) -> Result<String> {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    stem.map(str::to_owned).context("the name is not UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: &str = "fn one() -> u32 {\n    1\n}\n";
    const PATCH: &str = "--- a/e1_one.rs\n+++ b/e1_one.rs\n@@ -1,3 +1,3 @@\n fn one() -> u32 {\n-    1\n+    2\n }\n";

    fn parse(text: &str) -> Result<Mistake> {
        Mistake::parse(Path::new("mistakes/e1_one/two.patch"), text)
    }

    fn error(text: &str) -> String {
        format!("{:#}", parse(text).unwrap_err())
    }

    #[test]
    fn a_mistake_has_a_header_and_changes_the_reference() {
        let text = format!("test: it_is_one\nkind: panic\nwhy: One is not two.\n{PATCH}");
        let mistake = parse(&text).unwrap();
        assert_eq!(mistake.name, "two");
        assert_eq!(mistake.test.as_deref(), Some("it_is_one"));
        assert_eq!((&*mistake.kind, &*mistake.why), ("panic", "One is not two."));
        assert_eq!(mistake.apply(REFERENCE).unwrap(), "fn one() -> u32 {\n    2\n}\n");
    }

    #[test]
    fn what_does_not_compile_needs_no_test() {
        let text = format!("kind: does-not-compile\nwhy: One is not two.\n{PATCH}");
        assert_eq!(parse(&text).unwrap().test, None);
    }

    #[test]
    fn a_patch_for_another_text_is_refused() {
        let text = format!("test: it_is_one\nkind: panic\nwhy: One is not two.\n{PATCH}");
        let error = parse(&text).unwrap().apply("fn zero() {}\n").unwrap_err();
        insta::assert_snapshot!(error, @"mistakes/e1_one/two.patch does not fit the reference; change a copy of the reference and make the patch anew with `diff -u`");
    }

    #[test]
    fn an_incomplete_header_is_refused_with_the_missing_line() {
        insta::assert_snapshot!(error(&format!("test: t\nkind: panic\n{PATCH}")), @"the header has no line `why: `");
        insta::assert_snapshot!(error(&format!("kind: panic\nwhy: w.\n{PATCH}")), @"the header has no line `test: `");
        insta::assert_snapshot!(error(&format!("test t\n{PATCH}")), @"`test t` in the header does not read `name: value`");
        insta::assert_snapshot!(error(&format!("test: t\ntest: u\n{PATCH}")), @"the header says `test:` twice");
        insta::assert_snapshot!(error(&format!("test:  \n{PATCH}")), @"the header says nothing after `test:`");
    }

    #[test]
    fn a_header_that_nobody_reads_is_refused() {
        let text = format!("test: t\nkind: panic\nwhy: w.\nwhen: now\n{PATCH}");
        insta::assert_snapshot!(error(&text), @"the header says `when:`, which has no meaning here");
    }

    #[test]
    fn a_patch_that_is_none_or_names_another_file_is_refused() {
        insta::assert_snapshot!(error("test: t\nkind: panic\nwhy: w.\n"), @"no line begins with `--- a/`: add a patch");
        let other = PATCH.replace("b/e1_one.rs", "b/e2_two.rs");
        insta::assert_snapshot!(error(&format!("test: t\nkind: panic\nwhy: w.\n{other}")), @"the patch must name the file `b/e1_one.rs`");
        let broken = PATCH.replace("@@ -1,3", "@@ -1,9");
        insta::assert_snapshot!(error(&format!("test: t\nkind: panic\nwhy: w.\n{broken}")), @"error parsing patch at byte 32: hunk header does not match hunk");
    }
}
