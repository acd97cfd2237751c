//! Words that a submission must not say: they make code run, or replace functions, in the test
//! binary itself, outside of all tests, where the grader cannot contain it.
//!
//! An identifier can be written in one way only, and nothing in Rust puts two together, so that a
//! file without the word is a file without the thing. Whoever writes it in a comment is told.

const WORDS: [&str; 10] = [
    // Sections such as `.init_array`, whose functions run before `main`.
    "link_section",
    "asm",
    "global_asm",
    "naked_asm",
    // Replace a function of the C library, or of Rust's, for the whole binary.
    "no_mangle",
    "export_name",
    "linkage",
    "global_allocator",
    "link_args",
    // Takes the place of a macro that tests call.
    "macro_export",
];

/// The first of the words in `text`, unless the stub says it too.
pub(super) fn word(text: &str, stub: &str) -> Option<&'static str> {
    WORDS.into_iter().find(|word| says(text, word) && !says(stub, word))
}

fn says(text: &str, word: &str) -> bool {
    text.split(|letter: char| letter != '_' && !letter.is_alphanumeric()).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn a_word_is_found_wherever_it_stands() {
        for text in [
            "#[unsafe(link_section = \".init_array\")]\nstatic F: fn() = f;",
            "#[cfg_attr(all(), unsafe(no_mangle))] fn f() {}",
            "use std::arch::r#asm;",
            "/* link_section */",
        ] {
            assert!(word(text, "").is_some(), "{text}");
            assert_eq!(word(text, text), None, "{text}");
        }
        for text in ["fn my_link_section() {}", "let asm2 = 1;", "plasma"] {
            assert_eq!(word(text, ""), None, "{text}");
        }
    }
}
