//! Marks Chinese words with their language, so that they are read aloud and set as Chinese.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// A run of Chinese characters, with the punctuation between them.
static CHINESE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\p{Han}(?:[\p{Han}、，：；]*\p{Han})?").expect("it is a regular expression")
});

/// `text`, which is Markdown with no Chinese in its code, with each run of it marked.
pub fn mark_chinese(text: &str) -> Cow<'_, str> {
    CHINESE.replace_all(text, "<span lang=\"zh\">$0</span>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_is_marked_once() {
        let text = "| fiber | 纤程 |\n*进程、线程 — *Processes";
        let marked = "| fiber | <span lang=\"zh\">纤程</span> |\n*<span lang=\"zh\">进程、线程</span> — *Processes";
        assert_eq!(mark_chinese(text), marked);
        assert_eq!(mark_chinese("no 1"), "no 1");
    }
}
