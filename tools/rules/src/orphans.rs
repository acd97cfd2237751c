//! Nothing lies about that belongs to no exercise.

use std::collections::BTreeSet;

use course::catalog::Catalog;
use regex::Regex;

use crate::finding::Finding;
use crate::project::Project;

/// The files in solutions/, hints/ and src/ that belong to nothing.
pub fn of_exercises(project: &Project) -> Vec<Finding> {
    let named = named_by_sources(project);
    let file = |file: &&String| !belongs(&project.catalog, file, &named);
    project.files.iter().filter(file).map(|file| finding(file)).collect()
}

/// What insta leaves where a snapshot was not accepted.
pub fn of_snapshots(files: &[String]) -> Vec<Finding> {
    let left = |file: &&String| file.ends_with(".pending-snap") || file.ends_with(".snap.new");
    let finding = |file: &String| {
        let reason = "a snapshot was neither accepted nor rejected";
        Finding::new(file, reason, "accept it with `cargo insta review`, or remove the file")
    };
    files.iter().filter(left).map(finding).collect()
}

fn finding(file: &str) -> Finding {
    let reason = "it belongs to no exercise";
    Finding::new(file, reason, "name it after one, use it in a source, or remove it")
}

/// Whether a file in exercises/ or solutions/ is one that an exercise has, or is in `named`.
fn belongs(catalog: &Catalog, file: &str, named: &BTreeSet<String>) -> bool {
    let parts: Vec<&str> = file.split('/').collect();
    let has = |chapter: &str, exercise: &str| {
        catalog.exercises.iter().any(|e| e.chapter == chapter && e.target == exercise)
    };
    match parts[..] {
        ["exercises" | "solutions", chapter, ..] if !catalog.chapters().contains(&chapter) => false,
        ["exercises", chapter, "hints", name] => has(chapter, stem(name, ".md")),
        ["exercises", chapter, "src", name] => {
            name == "lib.rs" || has(chapter, stem(name, ".rs")) || named.contains(file)
        }
        ["solutions", chapter, "stubs", name] => {
            has(chapter, stem(name, ".rs")) || has(chapter, stem(name, ".out"))
        }
        ["solutions", chapter, "mistakes", exercise, name] => {
            has(chapter, exercise) && name.ends_with(".patch")
        }
        // The record of the tests, and what the gauntlet reads.
        ["solutions", _, "shipped.txt" | "weaker.toml"] => true,
        ["solutions", chapter, name] => has(chapter, stem(name, ".rs")) || named.contains(file),
        ["solutions", ..] => false,
        _ => true,
    }
}

/// The name without `suffix`; nothing where it ends otherwise.
fn stem<'a>(name: &'a str, suffix: &str) -> &'a str {
    name.strip_suffix(suffix).unwrap_or_default()
}

/// The files that the sources of the exercises name: modules, and files in solutions/.
fn named_by_sources(project: &Project) -> BTreeSet<String> {
    let module = Regex::new(r"(?m)^\s*(?:pub(?:\(.*\))? )?mod (\w+);").expect("a constant");
    let solution = Regex::new(r"\bsolutions/[\w/]+\.rs").expect("a constant");
    let mut named = BTreeSet::new();
    for (file, text) in
        project.texts(|file| file.starts_with("exercises/") && file.ends_with(".rs"))
    {
        named.extend(solution.find_iter(&text).map(|path| path.as_str().to_owned()));
        if let Some(folder) = file.strip_suffix("lib.rs") {
            named
                .extend(module.captures_iter(&text).map(|name| format!("{folder}{}.rs", &name[1])));
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::project;

    #[test]
    fn files_that_belong_to_no_exercise_are_found() {
        let catalog = &project().catalog;
        let named = BTreeSet::from(["solutions/02_lifecycle/given.rs".to_owned()]);
        for (file, right) in [
            ("tools/rules/src/orphans.rs", true),
            ("exercises/02_lifecycle/hints/e0_exit_status.md", true),
            ("exercises/02_lifecycle/hints/e0_exit_state.md", false),
            ("exercises/02_lifecycle/src/lib.rs", true),
            ("exercises/02_lifecycle/src/old.rs", false),
            ("exercises/2_lifecycle/src/lib.rs", false),
            ("solutions/02_lifecycle/e0_exit_status.rs", true),
            ("solutions/02_lifecycle/given.rs", true),
            ("solutions/02_lifecycle/taken.rs", false),
            ("solutions/02_lifecycle/stubs/e0_exit_status.out", true),
            ("solutions/02_lifecycle/stubs/e0_exit_state.rs", false),
            ("solutions/02_lifecycle/mistakes/e0_exit_status/a.patch", true),
            ("solutions/02_lifecycle/mistakes/e0_exit_status/a.diff", false),
            ("solutions/02_lifecycle/mistakes/e0_exit_state/a.patch", false),
            ("solutions/README.md", false),
        ] {
            assert_eq!(belongs(catalog, file, &named), right, "{file}");
        }
        insta::assert_snapshot!(finding("solutions/README.md"), @"solutions/README.md: it belongs to no exercise; name it after one, use it in a source, or remove it");
    }

    #[test]
    fn undecided_snapshots_are_found() {
        let files = ["src/a.rs", "src/.a.rs.pending-snap"].map(str::to_owned);
        let found: Vec<String> = of_snapshots(&files).iter().map(Finding::to_string).collect();
        insta::assert_snapshot!(found.join("\n"), @"src/.a.rs.pending-snap: a snapshot was neither accepted nor rejected; accept it with `cargo insta review`, or remove the file");
    }
}
