//! Shows what a learner's code prints, whatever it prints: nothing in it may move the cursor,
//! change colors, ring or turn the direction of the text.

/// The text with its control characters written as Rust writes them, such as `\u{1b}`; newlines and
/// tabs stay.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if garbles(letter) {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}

fn garbles(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        // Marks that turn the direction of the text, or end a line on some terminals.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            true
        }
        letter => letter.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_garbles_a_terminal_is_escaped() {
        insta::assert_snapshot!(visible("\u{1b}[31mred\u{1b}[0m \r\u{8}\u{7f}\u{9b}2J \0"), @r"\u{1b}[31mred\u{1b}[0m \r\u{8}\u{7f}\u{9b}2J \u{0}");
        insta::assert_snapshot!(visible("a\u{202e}b\u{2066}c"), @r"a\u{202e}b\u{2066}c");
    }

    #[test]
    fn text_in_any_language_stays() {
        let text = "one\n\ttwo, drei — 四 é \\ \"\n";
        assert_eq!(visible(text), text);
    }
}
