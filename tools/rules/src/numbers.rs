//! A measured number comes from a lab: nobody types it into a page, where it would stay when the
//! machine, the kernel or the code has changed.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::Finding;
use crate::page::prose;

/// A number with a unit of duration or rate, or a comparison of speeds. Sizes are left out: they
/// are mostly facts (a page has 4 KiB), and so are minutes and spelled-out limits.
static MEASUREMENT: LazyLock<Regex> = LazyLock::new(|| {
    let number = r"\b\d[\d,.]*";
    let gap = r"[\s\u{a0}\u{202f}]";
    let unit = r"(?:ns|µs|μs|us|ms|nanoseconds?|microseconds?|milliseconds?|[kKMG]i?B/s)";
    let comparison =
        r"(?:×|x|times)\s+(?:faster|slower|cheaper|dearer|as\s+(?:fast|slow|long|much))";
    let pattern = format!(r"{number}(?:{gap}?{unit}\b|{gap}+s\b|{gap}?{comparison}\b)");
    Regex::new(&pattern).expect("the pattern is a constant")
});

/// The measurements that are typed into the prose of `page`.
pub fn come_from_labs(file: &str, page: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for passage in prose(page) {
        for typed in MEASUREMENT.find_iter(&passage.text) {
            let line = passage.line(typed.start());
            let typed = typed.as_str();
            let mend = format!(
                "include it from book/results/ with {{{{#include ..}}}}; if a manual sets this \
                 number and nobody measured it, write it as code: `{typed}`"
            );
            findings.push(Finding::at(file, line, format!("`{typed}` is typed by hand"), mend));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(page: &str) -> String {
        let found = come_from_labs("book/a.md", page);
        found.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_typed_measurement_is_found_with_its_line() {
        insta::assert_snapshot!(found("One.\n\nA fork took\n250 µs here.\n"), @"book/a.md:4: `250 µs` is typed by hand; include it from book/results/ with {{#include ..}}; if a manual sets this number and nobody measured it, write it as code: `250 µs`");
        for typed in ["3ms", "1,5 ns", "12\nms", "2 s", "3 GB/s", "4 × faster", "4 times as fast"]
        {
            assert_ne!(found(&format!("It took {typed}, about.")), "", "{typed}");
        }
    }

    #[test]
    fn facts_and_limits_are_left_alone() {
        for fact in [
            "at most 15 minutes",
            "a page has 4 KiB",
            "the 1990s",
            "`5 ms` by default",
            "12 system calls",
            "five seconds",
            "{{#include results/a.facts:fork}}",
            "```text\n12 ms\n```",
        ] {
            assert_eq!(found(fact), "", "{fact}");
        }
    }
}
