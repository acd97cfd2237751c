//! Attributes that have no place here: tests that nothing contains, and silenced lints.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::Finding;

static ALLOW: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*#!?\[(?:cfg_attr\(.*\b)?allow\(").expect("the pattern is a constant")
});

/// The tests in `text`, a file of exercise tests, that are not graded.
pub fn every_test(file: &str, text: &str) -> Vec<Finding> {
    let wrong = [
        ("#[test]", "this test runs uncontained", "write `#[grade::test]`"),
        ("#[ignore", "this test is not run", "mend the test, or remove it"),
        (
            "#[should_panic",
            "a bare `should_panic` is content with a `todo!`",
            "write `#[grade::test(should_panic = \"message\")]`",
        ),
    ];
    let lines = (1..).zip(text.lines().map(str::trim_start));
    lines
        .flat_map(|(number, line)| {
            let found = wrong.iter().filter(move |(start, ..)| line.starts_with(start));
            found.map(move |(_, reason, mend)| Finding::at(file, number, *reason, *mend))
        })
        .collect()
}

/// The lints that `text` silences for good.
///
/// One may be, with a reason: a source that a test compiles a second time, for the model, has more than
/// the test uses, or not, depending on the learner. An `expect` would warn where it has not.
pub fn no_allow(file: &str, text: &str) -> Vec<Finding> {
    let all: Vec<&str> = text.lines().collect();
    let is_for_the_model = |number: usize| {
        let line = |number: usize| all.get(number).copied().unwrap_or_default();
        line(number).starts_with("#[allow(dead_code, reason = ")
            && line(number.wrapping_sub(1)).contains("path = \"../src/")
            && line(number + 1).starts_with("mod ")
    };
    let lines = (1..)
        .zip(&all)
        .filter(|(number, line)| ALLOW.is_match(line) && !is_for_the_model(number - 1));
    let reason = "a lint is silenced, and stays so when there is nothing to silence any more";
    let mend = "mend what it says, or write `#[expect(lint, reason = \"..\")]`";
    lines.map(|(number, _)| Finding::at(file, number, reason, mend)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(findings: &[Finding]) -> String {
        findings.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn uncontained_tests_are_found() {
        let wrong = "#[test]\nfn a() {}\n\n#[grade::test]\n    #[ignore = \"slow\"]\nfn b() {}\n#[should_panic]\n";
        insta::assert_snapshot!(text(&every_test("t.rs", wrong)), @r#"
        t.rs:1: this test runs uncontained; write `#[grade::test]`
        t.rs:5: this test is not run; mend the test, or remove it
        t.rs:7: a bare `should_panic` is content with a `todo!`; write `#[grade::test(should_panic = "message")]`
        "#);
        assert_eq!(every_test("t.rs", "#[grade::test(should_panic = \"m\")]\nfn a() {}\n"), []);
    }

    #[test]
    fn silenced_lints_are_found() {
        let wrong = [
            "#![allow(dead_code)]",
            "// No #[allow(x)] here.",
            "    #[allow(a)]",
            "#[cfg_attr(test, allow(b))]",
            "#[expect(c, reason = \"d\")]",
        ];
        let wrong = wrong.join("\n");
        insta::assert_snapshot!(text(&no_allow("a.rs", &wrong)), @r#"
        a.rs:1: a lint is silenced, and stays so when there is nothing to silence any more; mend what it says, or write `#[expect(lint, reason = "..")]`
        a.rs:3: a lint is silenced, and stays so when there is nothing to silence any more; mend what it says, or write `#[expect(lint, reason = "..")]`
        a.rs:4: a lint is silenced, and stays so when there is nothing to silence any more; mend what it says, or write `#[expect(lint, reason = "..")]`
        "#);
        let twice = "#[path = \"../src/e1.rs\"]\n#[allow(dead_code, reason = \"r\")]\nmod e1;\n";
        assert_eq!(no_allow("t.rs", twice), []);
        assert_ne!(no_allow("t.rs", &twice.replace(", reason = \"r\"", "")), []);
        assert_ne!(no_allow("t.rs", &twice.replace("../src", "../tests")), []);
    }
}
