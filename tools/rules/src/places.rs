//! Nothing in the repository knows the machine that it was written on.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::Finding;

/// Where everybody gets crates from.
const CRATES: &str = "registry+https://github.com/rust-lang/crates.io-index";

static ABSOLUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\w.~/-])(/(?:work|root|home)/[\w.-]+)").expect("the pattern is a constant")
});

/// The absolute paths in `text` that exist for one user.
pub fn absolute_paths(file: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for path in ABSOLUTE.captures_iter(line) {
            let reason = format!("{} is a place on somebody's machine", &path[1]);
            let mend = "write a path from the root of the project, or find it out while running";
            findings.push(Finding::at(file, number, reason, mend));
        }
    }
    findings
}

/// The crates in `lock`, the text of Cargo.lock, that come from elsewhere than the others.
pub fn crate_sources(file: &str, lock: &str) -> Vec<Finding> {
    let sources = (1..).zip(lock.lines()).filter_map(|(number, line)| {
        let source = line.strip_prefix("source = \"")?.strip_suffix('"')?;
        Some((number, source)).filter(|(_, source)| *source != CRATES)
    });
    sources
        .map(|(number, source)| {
            let reason = format!("a crate comes from {source}");
            Finding::at(file, number, reason, "take it from crates.io, which everybody can reach")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_paths_of_a_user_are_found() {
        // Put together here, or this file would be found.
        let path = ["", "home", "me"].join("/");
        let found = absolute_paths("a.md", &format!("a\nsee {path} or https://a.example{path}"));
        let found: Vec<String> = found.iter().map(Finding::to_string).collect();
        let reason = format!("a.md:2: {path} is a place on somebody's machine; ");
        assert!(found.len() == 1 && found[0].starts_with(&reason), "{found:?}");
        assert_eq!(absolute_paths("a.md", "/dev/null, /proc/self, ~/home/a, ../home/b"), []);
    }

    #[test]
    fn a_crate_from_elsewhere_is_found() {
        let lock =
            format!("source = \"{CRATES}\"\nsource = \"registry+https://a.example/index\"\n");
        let found: Vec<String> =
            crate_sources("Cargo.lock", &lock).iter().map(Finding::to_string).collect();
        insta::assert_snapshot!(found.join("\n"), @"Cargo.lock:2: a crate comes from registry+https://a.example/index; take it from crates.io, which everybody can reach");
    }
}
