//! What the keys mean.

/// What the learner asks for by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Hint,
    Next,
    Previous,
    List,
    All,
    Solution,
    Reset,
    Book,
    Again,
    Yes,
    Quit,
    /// `?`, and every key that means nothing.
    Help,
}

/// More letters at once are no keys that somebody pressed, but text that was pasted.
const MOST: usize = 3;

/// The keys in what was read from the terminal at once.
pub fn keys(bytes: &[u8]) -> Vec<Key> {
    let text = String::from_utf8_lossy(bytes);
    let letters = without_escapes(&text);
    match letters.len() {
        0..=MOST => letters.into_iter().filter_map(key).collect(),
        _ => vec![Key::Help],
    }
}

fn key(letter: char) -> Option<Key> {
    Some(match letter.to_ascii_lowercase() {
        'h' => Key::Hint,
        'n' => Key::Next,
        'p' => Key::Previous,
        'l' => Key::List,
        'a' => Key::All,
        's' => Key::Solution,
        'r' => Key::Reset,
        'b' => Key::Book,
        'y' => Key::Yes,
        // Ctrl-D, the end of input where lines are read.
        'q' | '\u{4}' => Key::Quit,
        '\r' | '\n' | ' ' => Key::Again,
        letter if letter.is_control() => return None,
        _ => Key::Help,
    })
}

/// The letters of a text; an arrow or a function key is an escape and some letters, none of which
/// was pressed.
fn without_escapes(text: &str) -> Vec<char> {
    let mut letters = Vec::new();
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        if letter != '\u{1b}' {
            letters.push(letter);
            continue;
        }
        match rest.next() {
            Some('[') => {
                // Numbers, and at last a letter.
                rest.find(|letter| ('@'..='~').contains(letter));
            }
            Some('O') => {
                rest.next();
            }
            // With Alt, or the escape key itself.
            _ => {}
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_a_key_in_either_case() {
        assert_eq!(keys(b"h"), [Key::Hint]);
        assert_eq!(keys(b"N"), [Key::Next]);
        assert_eq!(keys(b"\r"), [Key::Again]);
        assert_eq!(keys(b" "), [Key::Again]);
        assert_eq!(keys(b"\x04"), [Key::Quit]);
        assert_eq!(keys(b"hh"), [Key::Hint, Key::Hint]);
    }

    #[test]
    fn any_other_letter_asks_for_help() {
        assert_eq!(keys(b"?"), [Key::Help]);
        assert_eq!(keys("\u{fc}".as_bytes()), [Key::Help]);
        assert_eq!(keys(b"\xff"), [Key::Help]);
    }

    #[test]
    fn arrows_and_function_keys_are_no_letters() {
        for pressed in [
            &b"\x1b[A"[..],
            b"\x1b[1;5C",
            b"\x1bOP",
            b"\x1b[15~",
            b"\x1b",
            b"\x1b[",
            b"\x1bh",
            b"\t",
            b"\x7f",
        ] {
            assert_eq!(keys(pressed), [], "{pressed:?}");
        }
        assert_eq!(keys(b"\x1b[Aq"), [Key::Quit]);
    }

    #[test]
    fn a_pasted_text_presses_no_keys() {
        assert_eq!(keys(b"pub fn answer() -> u32 {\n"), [Key::Help]);
    }
}
