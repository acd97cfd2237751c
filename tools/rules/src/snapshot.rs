//! Compares text with what is recorded in a plain file; records it where `SNAPSHOTS=overwrite`.

use std::path::Path;

use snapbox::data::DataFormat;
use snapbox::{Assert, Data};

/// The environment variable that says what to do with a difference.
const ACTION: &str = "SNAPSHOTS";

/// Whether the order of lines matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Byte for byte.
    Fixed,
    /// The same lines, in any order.
    Any,
}

/// Compares `printed` with the content of `recorded`, a file named from `root`.
///
/// # Errors
///
/// Fails where they differ and nothing is to be recorded; the message shows the difference.
pub fn compare(root: &Path, recorded: &str, printed: &str, order: Order) -> Result<(), String> {
    compare_by(Assert::new().action_env(ACTION), root, recorded, printed, order)
}

fn compare_by(
    assert: Assert,
    root: &Path,
    recorded: &str,
    printed: &str,
    order: Order,
) -> Result<(), String> {
    compare_with(assert, &root.join(recorded), printed, order).map_err(|difference| {
        let difference = difference.replace(&format!("{}/", root.display()), "");
        format!(
            "{recorded}: this is not what comes now; read the difference, mend what is wrong or \
             record it anew with `{ACTION}=overwrite cargo test -p rules`\n{}",
            difference.trim()
        )
    })
}

fn compare_with(
    assert: Assert,
    recorded: &Path,
    printed: &str,
    order: Order,
) -> Result<(), String> {
    // Raw: dots and brackets in a recorded text stand for themselves.
    let expected = Data::read_from(recorded, Some(DataFormat::Text)).raw();
    let expected = if order == Order::Any { expected.unordered() } else { expected };
    let outcome = assert.try_eq(None, Data::text(printed), expected);
    outcome.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use snapbox::assert::Action;

    use super::*;

    fn verify(recorded: &str, printed: &str, order: Order) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.out");
        fs::write(&file, recorded).unwrap();
        compare_with(Assert::new().action(Action::Verify), &file, printed, order)
    }

    #[test]
    fn text_is_compared_byte_for_byte() {
        assert_eq!(verify("a\n...\n", "a\n...\n", Order::Fixed), Ok(()));
        assert!(verify("a\n...\n", "a\nb\n", Order::Fixed).is_err());
        assert!(verify("a [..]\n", "a b\n", Order::Fixed).is_err());
        assert!(verify("a\n", "a", Order::Fixed).is_err());
        assert!(verify("a\nb\n", "b\na\n", Order::Fixed).is_err());
    }

    #[test]
    fn lines_are_compared_in_any_order() {
        assert_eq!(verify("a\nb\nb\n", "b\na\nb\n", Order::Any), Ok(()));
        assert!(verify("a\nb\nb\n", "a\na\nb\n", Order::Any).is_err());
        assert!(verify("a\nb\n", "a\n", Order::Any).is_err());
        assert!(verify("a\n", "a\nb\n", Order::Any).is_err());
    }

    #[test]
    fn a_missing_record_is_an_error_that_says_how_to_make_it() {
        let folder = tempfile::tempdir().unwrap();
        // Not as the environment says: this must not record.
        let assert = Assert::new().action(Action::Verify);
        let error = compare_by(assert, folder.path(), "a.out", "a\n", Order::Fixed).unwrap_err();
        assert!(error.starts_with("a.out: this is not what comes now; "), "{error}");
        assert!(!error.contains(&folder.path().display().to_string()), "{error}");
    }
}
