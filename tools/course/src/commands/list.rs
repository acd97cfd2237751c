//! `cargo course list` and `cargo course report`.

use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;

use super::select::Selection;
use crate::catalog::Catalog;
use crate::progress::Store;
use crate::record::{self, Record};
use crate::{terminal, words};

/// Prints which exercises there are.
///
/// # Errors
///
/// Fails where the selection names nothing, or a file of the course cannot be read.
pub(crate) fn list(
    catalog: &Catalog,
    store: &Store,
    selection: &Selection,
    json: bool,
) -> Result<()> {
    let records = records(catalog, store, selection)?;
    if json { print_json(&records) } else { print_fitted(&words::list(&records)) }
}

/// Prints what has been done, and what is left.
///
/// # Errors
///
/// As [`list`].
pub(super) fn report(
    catalog: &Catalog,
    store: &Store,
    selection: &Selection,
    json: bool,
) -> Result<()> {
    let report = record::Report::of(records(catalog, store, selection)?);
    if json { print_json(&report) } else { print_fitted(&words::report(&report)) }
}

fn records(catalog: &Catalog, store: &Store, selection: &Selection) -> Result<Vec<Record>> {
    let progress = store.read()?;
    let chosen = selection.of(catalog)?;
    Ok(chosen.into_iter().map(|exercise| Record::of(catalog, exercise, &progress)).collect())
}

fn print_fitted(text: &str) -> Result<()> {
    print(&words::hung(text, terminal::width()))
}

fn print(text: &str) -> Result<()> {
    Ok(io::stdout().write_all(text.as_bytes())?)
}

fn print_json(value: &impl Serialize) -> Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(value)?))
}
