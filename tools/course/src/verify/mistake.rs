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

use anyhow::{Context, Result, bail, ensure};
use diffy::Patch;

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
    patch: String,
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

    fn parse(file: &Path, text: &str) -> Result<Mistake> {
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

/// The lines `name: value` above the patch.
struct Header<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Header<'a> {
    fn parse(text: &'a str) -> Result<Header<'a>> {
        let mut fields: Vec<(&str, &str)> = Vec::new();
        for line in text.lines() {
            let (name, value) = line
                .split_once(": ")
                .with_context(|| format!("`{line}` in the header does not read `name: value`"))?;
            ensure!(!fields.iter().any(|field| field.0 == name), "the header says `{name}:` twice");
            ensure!(!value.trim().is_empty(), "the header says nothing after `{name}:`");
            fields.push((name, value.trim()));
        }
        Ok(Header(fields))
    }

    fn take(&mut self, name: &str) -> Result<String> {
        let at = self.0.iter().position(|field| field.0 == name);
        let at = at.with_context(|| format!("the header has no line `{name}: `"))?;
        Ok(self.0.remove(at).1.to_owned())
    }

    fn finish(self) -> Result<()> {
        match self.0.first() {
            Some((name, _)) => bail!("the header says `{name}:`, which has no meaning here"),
            None => Ok(()),
        }
    }
}
