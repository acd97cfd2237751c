//! Breaks text into lines as wide as the terminal; code stays as it is.

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
            if stays { line.to_owned() } else { filled(line, width, "") }
        })
        .collect()
}

/// A text of the course's own, whose long lines are broken in the same way; they go on a little
/// behind where they began.
pub fn hung(text: &str, width: Option<usize>) -> String {
    let Some(width) = width.map(|width| width.min(WIDEST)) else { return text.to_owned() };
    let hang = |line: &str| {
        let content = line.trim_end_matches('\n');
        let margin = content.len() - content.trim_start_matches(' ').len();
        let is_row = margin > 0 || content.contains("  ");
        let next = if is_row { margin + 2 } else { 0 };
        filled(line, width, &" ".repeat(next))
    };
    text.split_inclusive('\n').map(hang).collect()
}

/// Items in one line, or in several where the terminal is too narrow.
pub fn in_rows(items: &[&str], width: Option<usize>) -> String {
    let mut rows = vec![String::new()];
    for item in items {
        match rows.last_mut() {
            Some(row) if row.is_empty() => row.push_str(item),
            Some(row) if width.is_none_or(|width| row.len() + 2 + item.len() <= width) => {
                *row += "  ";
                *row += item;
            }
            _ => rows.push((*item).to_owned()),
        }
    }
    rows.join("\n") + "\n"
}

fn filled(line: &str, width: usize, next: &str) -> String {
    let content = line.trim_end_matches('\n');
    let options = Options::new(width).break_words(false).subsequent_indent(next);
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
    fn lines_of_the_course_hang() {
        let text = "1.1 One: Return one.\n  edit  the file of it\n";
        insta::assert_snapshot!(hung(text, Some(14)), @"
        1.1 One:
        Return one.
          edit  the
            file of it
        ");
        assert_eq!(hung(text, None), text);
        assert_eq!(hung(text, Some(20)), text.replace(" it", "\n    it"));
    }

    #[test]
    fn a_row_of_a_table_hangs() {
        assert_eq!(hung("solved  1.1   One\n", Some(14)), "solved  1.1\n  One\n");
    }

    #[test]
    fn items_stay_whole() {
        let items = ["h hint", "n next", "q quit"];
        assert_eq!(in_rows(&items, None), "h hint  n next  q quit\n");
        assert_eq!(in_rows(&items, Some(22)), "h hint  n next  q quit\n");
        assert_eq!(in_rows(&items, Some(21)), "h hint  n next\nq quit\n");
        assert_eq!(in_rows(&items, Some(0)), "h hint\nn next\nq quit\n");
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
