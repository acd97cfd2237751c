//! The form of a stub and of a reference.

use crate::finding::Finding;

/// The most lines of a stub: it fits on a screen and on a page.
const MOST_LINES: usize = 60;

/// What is wrong with the form of a stub.
pub fn form(file: &str, text: &str) -> Vec<Finding> {
    let mut findings: Vec<Finding> = goal(file, text).into_iter().collect();
    let mut check = |wrong: bool, reason: &str, mend: &str| {
        if wrong {
            findings.push(Finding::new(file, reason, mend));
        }
    };
    let first = text.lines().next().unwrap_or_default();
    check(
        first.starts_with("//! ") && !first.ends_with(['.', '?', '!']),
        "its goal goes on behind the first line, and the page shows that line alone",
        "end the sentence there",
    );
    check(
        !text.contains("// TODO: "),
        "the learner cannot see where to type",
        "mark the place with `// TODO: `",
    );
    check(
        text.lines().count() > MOST_LINES,
        "it is longer than 60 lines",
        "move what is given into a module that the stub uses",
    );
    check(text.contains("ANCHOR"), "it has anchors", "take them out: the page shows all of it");
    findings
}

/// What is wrong with the first line of a stub or a reference.
pub fn goal(file: &str, text: &str) -> Option<Finding> {
    (!text.starts_with("//! ")).then(|| {
        let reason = "its first line does not say what it is for";
        Finding::new(file, reason, "begin with `//! ` and one sentence")
    })
}

/// What is wrong with the header of a reference, which a learner reads after a pass.
pub fn lesson(file: &str, lesson: &str) -> Option<Finding> {
    (!lesson.ends_with('.') || !lesson.contains("mistake")).then(|| {
        let reason = "its header does not say what there is to learn";
        let mend = "write the idea in a sentence after `//! `, then the tempting mistake";
        Finding::new(file, reason, mend)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_says_what_there_is_to_learn() {
        assert_eq!(lesson("e1.rs", "A lock is a flag.\nThe mistake is a read before it."), None);
        insta::assert_snapshot!(lesson("e1.rs", "A lock is a flag.").unwrap(), @"e1.rs: its header does not say what there is to learn; write the idea in a sentence after `//! `, then the tempting mistake");
        assert!(lesson("e1.rs", "").is_some());
    }

    #[test]
    fn a_stub_says_what_it_is_for_and_where_to_type() {
        assert_eq!(
            form("e1.rs", "//! Count.\n\nfn f() {\n    // TODO: count.\n    todo!()\n}\n"),
            []
        );
    }

    #[test]
    fn a_stub_of_another_form_is_found() {
        let wrong = format!("// ANCHOR: all\n{}", "//\n".repeat(60));
        let found: Vec<String> = form("e1.rs", &wrong).iter().map(Finding::to_string).collect();
        insta::assert_snapshot!(found.join("\n"), @r"
        e1.rs: its first line does not say what it is for; begin with `//! ` and one sentence
        e1.rs: the learner cannot see where to type; mark the place with `// TODO: `
        e1.rs: it is longer than 60 lines; move what is given into a module that the stub uses
        e1.rs: it has anchors; take them out: the page shows all of it
        ");
        let long = "//! Count, and\n//! stop.\n// TODO: count.\n";
        let found: Vec<String> = form("e1.rs", long).iter().map(Finding::to_string).collect();
        insta::assert_snapshot!(found.join("\n"), @"e1.rs: its goal goes on behind the first line, and the page shows that line alone; end the sentence there");
    }
}
