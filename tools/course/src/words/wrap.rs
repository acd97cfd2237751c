//! Breaks prose into lines as wide as the terminal; code stays as it is.

use textwrap::Options;

/// Longer lines are hard to read, however wide the terminal is.
const WIDEST: usize = 100;

/// A text whose long lines are broken at a width in characters, if there is one. What is indented
/// or fenced is a table or code, and stays as it is.
pub fn wrapped(text: &str, width: Option<usize>) -> String {
    let Some(width) = width.map(|width| width.min(WIDEST)) else { return text.to_owned() };
    let mut is_fenced = false;
    text.split_inclusive('\n')
        .map(|line| {
            let is_fence = line.starts_with("```");
            is_fenced ^= is_fence;
            let stays = is_fenced || is_fence || line.starts_with(' ');
            if stays { line.to_owned() } else { broken(line, width) }
        })
        .collect()
}

fn broken(line: &str, width: usize) -> String {
    let content = line.trim_end_matches('\n');
    let options = Options::new(width).break_words(false);
    textwrap::fill(content, options) + &line[content.len()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "A process ends in one of two ways.\n\n  Indented and long as it is.\n```rust\n\
                        let the_code_stays_as_it_is = true;\n```\nEnd\n";

    #[test]
    fn prose_is_broken_and_code_is_not() {
        insta::assert_snapshot!(wrapped(TEXT, Some(18)), @"
        A process ends in
        one of two ways.

          Indented and long as it is.
        ```rust
        let the_code_stays_as_it_is = true;
        ```
        End
        ");
    }

    #[test]
    fn nothing_is_broken_where_there_is_no_width() {
        assert_eq!(wrapped(TEXT, None), TEXT);
        assert_eq!(wrapped(TEXT, Some(1000)), TEXT);
    }

    #[test]
    fn a_word_too_long_for_the_terminal_stays_whole() {
        assert_eq!(wrapped("at solutions/01_sums.rs\n", Some(4)), "at\nsolutions/01_sums.rs\n");
        assert_eq!(wrapped("a b\n", Some(0)), "a\nb\n");
    }
}
