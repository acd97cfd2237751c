//! `cargo course export` and `cargo course grade`: what a teacher needs.

use anyhow::Result;

use crate::catalog::Catalog;
use crate::cli;
use crate::export::{Kind, export};
use crate::words;

/// Writes a copy of the project for a class.
///
/// # Errors
///
/// As [`export`].
pub(super) fn copy(catalog: &Catalog, wanted: &cli::Export) -> Result<()> {
    let kind = if wanted.without_solutions { Kind::WithoutSolutions } else { Kind::Whole };
    let folder = export(catalog, wanted.folder.as_deref(), kind)?;
    print!("{}", words::exported(&folder));
    Ok(())
}
