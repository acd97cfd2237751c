//! Pieces of Markdown and HTML.

/// `text` in a code block that no line of `text` can end.
pub fn code_block(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", without_directives(text.trim_end()))
}

/// `body`, which is Markdown, behind a line that opens it; `summary` is HTML.
pub fn details(summary: &str, open: bool, body: &str) -> String {
    let open = if open { " open" } else { "" };
    format!("<details{open}>\n<summary>{summary}</summary>\n\n{}\n\n</details>\n", body.trim())
}

/// Keeps mdBook from reading a directive into code: a later preprocessor expands them everywhere.
fn without_directives(text: &str) -> String {
    text.replace("{{#", "\\{{#")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_any_run_of_backticks_inside() {
        assert_eq!(code_block("md", "```rust\n```\n"), "````md\n```rust\n```\n````\n");
    }

    #[test]
    fn code_is_not_read_as_a_directive() {
        assert_eq!(code_block("", "format!(\"{{#x}}\")"), "```\nformat!(\"\\{{#x}}\")\n```\n");
    }
}
