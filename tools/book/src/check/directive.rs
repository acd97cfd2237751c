//! Finds the directives of a page, such as `{{#include file.rs:anchor}}`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What mdBook takes for a directive. The first alternative swallows an escaped one.
static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\\\{\{#.*\}\}|\{\{\s*#([a-zA-Z0-9_]+)\s*([^}]*)\}\}").expect("a valid pattern")
});

/// One directive of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive<'a> {
    /// The line it stands on, counted from 1.
    pub line: usize,
    /// What to do, such as `include`.
    pub name: &'a str,
    /// With what: everything after the name.
    pub argument: &'a str,
    /// The whole of it, braces and all.
    pub text: &'a str,
    /// Where it stands in the page.
    pub range: Range<usize>,
}

/// All directives of `page` that are not escaped with a backslash, in order.
pub fn directives(page: &str) -> impl Iterator<Item = Directive<'_>> {
    DIRECTIVE.captures_iter(page).filter_map(|found| {
        let whole = found.get(0)?;
        Some(Directive {
            line: page[..whole.start()].matches('\n').count() + 1,
            name: found.get(1)?.as_str(),
            argument: found.get(2)?.as_str().trim(),
            text: whole.as_str(),
            range: whole.range(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_is_found_on_its_line() {
        let found: Vec<_> = directives("# Title\n\n```rust\n{{#include a.rs:b}}\n```\n").collect();
        assert_eq!((found.len(), found[0].line), (1, 4));
        assert_eq!((found[0].name, found[0].argument), ("include", "a.rs:b"));
    }

    #[test]
    fn an_escaped_directive_is_text() {
        assert_eq!(directives(r"\{{#exercise e1_run_child}}").count(), 0);
    }

    #[test]
    fn two_directives_may_share_a_line() {
        let names: Vec<_> = directives("{{#include a}} and {{#title b c}}").collect();
        assert_eq!((names[0].argument, names[1].argument), ("a", "b c"));
    }
}
