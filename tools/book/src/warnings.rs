//! Makes an error of what mdBook only logs, such as a tag that is never closed.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Runs `work`.
///
/// # Errors
///
/// Fails where `work` fails, or logs a warning.
pub fn refuse(work: impl FnOnce() -> Result<()>) -> Result<()> {
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), work)?;
    let warnings = log.0.lock().unwrap_or_else(PoisonError::into_inner);
    if warnings.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = warnings.iter().map(|warning| format!("\n  {warning}")).collect();
    bail!("mdBook is not content with a page; mend it:{}", lines.concat())
}

/// Keeps the text of every warning.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN && metadata.target().starts_with("mdbook")
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text.0);
    }

    // mdBook opens no spans; every one gets the same name.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The text of an event.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            // Writing to a string never fails.
            let _ = write!(self.0, "{value:?}");
        }
    }
}
