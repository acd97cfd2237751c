//! Runs the labs: the measurements behind the numbers of the book.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::catalog::most_like;
use crate::cli;

/// A program under `labs/src/bin/`.
#[derive(Debug, PartialEq, Eq)]
pub struct Lab {
    /// The name of its program.
    pub name: String,
    /// What it answers, as it says itself in its first lines.
    pub question: String,
}

/// Runs the labs that are meant, one after the other, or lists them where none is named. Tells
/// whether each did its work and all its claims held.
///
/// # Errors
///
/// Fails where a lab is not known or cannot be started.
pub fn run(root: &Path, wanted: &cli::Lab) -> Result<bool> {
    let labs = all(root)?;
    let chosen: Vec<&Lab> = match &wanted.name {
        Some(name) => vec![find(&labs, name)?],
        None if wanted.all => labs.iter().collect(),
        None if wanted.quick || wanted.record => {
            bail!("which lab? name one, or say --all; `cargo course lab` lists them")
        }
        None => {
            for Lab { name, question } in &labs {
                println!("{name:<18}{question}");
            }
            println!("\nrun one with `cargo course lab NAME`, all with `cargo course lab --all`");
            return Ok(true);
        }
    };
    let mut all_right = true;
    for lab in chosen {
        all_right &= start(root, lab, wanted)?;
    }
    Ok(all_right)
}

/// Cargo builds it first, as users would run it. What it has to say, it says itself.
fn start(root: &Path, lab: &Lab, wanted: &cli::Lab) -> Result<bool> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root).args(["run", "--release", "--quiet", "--package", "labs", "--bin"]);
    cargo.args([lab.name.as_str(), "--"]);
    cargo.args(wanted.quick.then_some("--quick"));
    cargo.args(wanted.record.then_some("--record"));
    let status = cargo.status().context("cannot start cargo; is it on the PATH?")?;
    Ok(status.success())
}

/// The lab of this name; a lab itself says `CHAPTER/LAB`.
fn find<'a>(labs: &'a [Lab], wanted: &str) -> Result<&'a Lab> {
    let name = wanted.rsplit('/').next().unwrap_or(wanted);
    if let Some(lab) = labs.iter().find(|lab| lab.name == name) {
        return Ok(lab);
    }
    let names = || labs.iter().map(|lab| lab.name.as_str());
    let asked = name.to_lowercase().replace('-', "_");
    let near: Vec<&str> =
        names().filter(|name| !asked.is_empty() && name.contains(&asked)).collect();
    if !near.is_empty() {
        bail!("there is no lab `{wanted}`; do you mean: {}?", near.join(", "));
    }
    match most_like(&asked, names()) {
        Some(near) => bail!("there is no lab `{wanted}`; did you mean `{near}`?"),
        None => bail!("there is no lab `{wanted}`; see `cargo course lab`"),
    }
}

/// All of them, by name.
///
/// # Errors
///
/// Fails where their sources cannot be read.
pub fn all(root: &Path) -> Result<Vec<Lab>> {
    let folder = root.join("labs/src/bin");
    let entries = fs::read_dir(&folder)
        .with_context(|| format!("cannot read {}; the labs belong there", folder.display()))?;
    let mut labs = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let main = path.join("main.rs");
        let source: PathBuf = if path.is_dir() { main } else { path.clone() };
        let text = fs::read_to_string(&source)
            .with_context(|| format!("cannot read {}", source.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        labs.push(Lab { name, question: question(&text) });
    }
    labs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(labs)
}

/// The first question, or else the first line, of the comment at the top of a program.
fn question(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let paragraph: Vec<&str> = lines.map(str::trim).take_while(|line| !line.is_empty()).collect();
    match paragraph.join(" ").split_once('?') {
        Some((question, _)) => format!("{question}?"),
        None => paragraph.first().copied().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lab_says_what_it_answers() {
        let source = "//! What does it cost\n//! to wait? And to go on?\n//!\n//! More.\nuse x;\n";
        assert_eq!(question(source), "What does it cost to wait?");
        assert_eq!(question("//! It waits.\n"), "It waits.");
        assert_eq!(question("use x;\n"), "");
    }

    #[test]
    fn programs_and_folders_are_labs() {
        let root = tempfile::tempdir().unwrap();
        let bin = root.path().join("labs/src/bin");
        fs::create_dir_all(bin.join("b_price")).unwrap();
        fs::write(bin.join("b_price/main.rs"), "//! B?\n").unwrap();
        fs::write(bin.join("a_price.rs"), "//! A?\n").unwrap();
        let labs = all(root.path()).unwrap();
        let names: Vec<&str> = labs.iter().map(|lab| lab.name.as_str()).collect();
        assert_eq!(names, ["a_price", "b_price"]);
        assert_eq!(find(&labs, "b_price").unwrap().question, "B?");
        let error = find(&labs, "none").unwrap_err().to_string();
        assert_eq!(error, "there is no lab `none`; see `cargo course lab`");
        assert_eq!(find(&labs, "04_x/b_price").unwrap().name, "b_price");
        let error = find(&labs, "b").unwrap_err().to_string();
        assert_eq!(error, "there is no lab `b`; do you mean: b_price?");
        let error = find(&labs, "B-prise").unwrap_err().to_string();
        assert_eq!(error, "there is no lab `B-prise`; did you mean `b_price`?");
    }
}
