//! Lists of what a rule overlooks. An entry that nothing needs any more is a finding itself.

use crate::finding::Finding;

/// A file that may break a rule, and why.
pub type Exception = (&'static str, &'static str);

/// Takes the findings away that `exceptions` overlook; adds one for each that overlooks nothing.
/// `list` is the name of the list.
pub fn overlook(findings: Vec<Finding>, list: &str, exceptions: &[Exception]) -> Vec<Finding> {
    let needless = exceptions
        .iter()
        .filter(|(file, _)| !findings.iter().any(|finding| finding.file() == *file))
        .map(|(file, _)| {
            let mend = format!("take it off the list `{list}` in tools/rules");
            Finding::new(*file, "this file needs no exception any more", mend)
        })
        .collect::<Vec<_>>();
    let overlooked = |finding: &Finding| exceptions.iter().any(|(file, _)| finding.file() == *file);
    findings.into_iter().filter(|finding| !overlooked(finding)).chain(needless).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_overlooks_its_file_and_must_be_needed() {
        let found = vec![Finding::at("a.md", 1, "r", "m"), Finding::at("b.md", 2, "r", "m")];
        let left = overlook(found, "LIST", &[("a.md", "it is old"), ("c.md", "it is new")]);
        let left: Vec<String> = left.iter().map(Finding::to_string).collect();
        insta::assert_snapshot!(left.join("\n"), @r"
        b.md:2: r; m
        c.md: this file needs no exception any more; take it off the list `LIST` in tools/rules
        ");
    }
}
