//! Checks what a page includes: mdBook shows a missing anchor as an empty block and a missing file
//! as raw text, and succeeds both times.

use std::fs;
use std::path::Path;

use super::directive::{Directive, directives};
use crate::problem::{Problem, relative, unread};

/// How deep files may include files; mdBook stops here as well.
const DEEPEST: usize = 10;

/// The problems of all includes of `text`, the content of the file `page`.
pub fn problems(root: &Path, page: &Path, text: &str) -> Vec<Problem> {
    let mut found = Vec::new();
    walk(root, page, text, 0, &mut found);
    found
}

fn walk(root: &Path, page: &Path, text: &str, depth: usize, found: &mut Vec<Problem>) {
    for directive in directives(text) {
        let result = match directive.name {
            "include" | "rustdoc_include" => include(root, page, &directive),
            "title" | "exercise" | "claim" | "verdicts" | "ledger" | "labs" => continue,
            name => Err((
                format!("`{{{{#{name}}}}}` is no directive of this book"),
                "use include, exercise, claim, verdicts, ledger, labs or title, or write a backslash before it".to_owned(),
            )),
        };
        match result {
            Ok((file, text)) if depth < DEEPEST => walk(root, &file, &text, depth + 1, found),
            Ok((file, _)) => {
                let reason = format!("{} includes itself", relative(root, &file).display());
                let next = "break the circle".to_owned();
                found.push(Problem::at(root, page, directive.line, reason, next));
                return;
            }
            Err((reason, next)) => {
                found.push(Problem::at(root, page, directive.line, reason, next));
            }
        }
    }
}

/// A file and its text, or a reason and the next step.
type Included = Result<(std::path::PathBuf, String), (String, String)>;

fn include(root: &Path, page: &Path, directive: &Directive<'_>) -> Included {
    let target = directive.argument.split_whitespace().next().unwrap_or_default();
    let (path, part) = target.split_once(':').unwrap_or((target, ""));
    let file = page.parent().unwrap_or(root).join(path);
    let shown = relative(root, &file).display().to_string();

    let text = fs::read_to_string(&file).map_err(|error| {
        let next = format!("create it or correct the path in `{}`", directive.text);
        (format!("the included file {shown} {}", unread(&error)), next)
    })?;
    part_problem(&text, part).map_or(Ok(()), |(reason, next)| Err((shown + &reason, next)))?;
    Ok((file, text))
}

/// What is wrong with including `part` of `text`: the end of a sentence, and the next step.
fn part_problem(text: &str, part: &str) -> Option<(String, String)> {
    let first = part.split(':').next().unwrap_or_default();
    if part.is_empty() {
        let anchored = text.lines().any(|line| line.contains("ANCHOR:"));
        return anchored.then(|| {
            let next = "include an anchor, or take the anchors out of the file";
            (" has anchors, which would be printed".to_owned(), next.to_owned())
        });
    }
    if first.is_empty() || first.parse::<usize>().is_ok() {
        return range_problem(text.lines().count(), part);
    }
    let mut lines = text.lines();
    let marker = |mark: &str, line: &str| {
        line.split_once(mark).is_some_and(|(_, name)| anchor_name(name) == first)
    };
    if !lines.by_ref().any(|line| marker("ANCHOR:", line)) {
        let next = format!("add `ANCHOR: {first}` to it, or correct the name");
        return Some((format!(" has no anchor `{first}`"), next));
    }
    if !lines.any(|line| marker("ANCHOR_END:", line)) {
        let next = format!("add `ANCHOR_END: {first}`");
        return Some((format!(" never ends the anchor `{first}`"), next));
    }
    None
}

fn range_problem(lines: usize, range: &str) -> Option<(String, String)> {
    let numbers = range.split(':').filter(|number| !number.is_empty());
    let beyond = numbers.map(str::parse::<usize>).find(|n| n.as_ref().map_or(true, |n| *n > lines));
    beyond.map(|_| {
        let next = format!("correct `:{range}`, or include an anchor, which moves with the code");
        (format!(" has {lines} lines"), next)
    })
}

/// The name that mdBook reads after `ANCHOR:`.
fn anchor_name(after: &str) -> &str {
    let name = after.trim_start();
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
    &name[..end.unwrap_or(name.len())]
}
