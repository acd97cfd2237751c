//! The form of a listing, a program that a page quotes.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::Finding;

/// The most lines of a listing, anchors not counted.
const MOST_LINES: usize = 40;

static INCLUDE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\{\{#(?:rustdoc_)?include\s+(?:\.\./)*([^:}\s]+)").expect("a constant")
});
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b0x[0-9a-f]{6,}\b").expect("the pattern is a constant"));

/// How the output of a listing is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `examples/name.rs` runs and prints `name.out`, or the lines of `name.unordered`.
    Rust,
    /// `examples/name.py`, likewise.
    Python,
    /// `compile_fail/name.rs` does not compile, and `name.err` says why.
    CompileFail,
}

/// One listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Named from the root, such as `listings/02_lifecycle/examples/exec.rs`.
    pub file: String,
    pub name: String,
    pub kind: Kind,
}

impl Listing {
    /// The listings among `files`.
    pub fn all(files: &[String]) -> Vec<Listing> {
        files.iter().filter_map(|file| Listing::of(file)).collect()
    }

    fn of(file: &str) -> Option<Listing> {
        let ["listings", _, folder, name] = file.split('/').collect::<Vec<_>>()[..] else {
            return None;
        };
        let (name, extension) = name.rsplit_once('.')?;
        let kind = match (folder, extension) {
            ("examples", "rs") => Kind::Rust,
            ("examples", "py") => Kind::Python,
            ("compile_fail", "rs") => Kind::CompileFail,
            _ => return None,
        };
        Some(Listing { file: file.to_owned(), name: name.to_owned(), kind })
    }

    /// The file beside it with another extension.
    pub fn beside(&self, extension: &str) -> String {
        let (stem, _) = self.file.rsplit_once('.').unwrap_or((&self.file, ""));
        format!("{stem}.{extension}")
    }

    /// The files that what it prints may be recorded in.
    fn records(&self) -> Vec<String> {
        match self.kind {
            Kind::Rust | Kind::Python => vec![self.beside("out"), self.beside("unordered")],
            Kind::CompileFail => vec![self.beside("err")],
        }
    }
}

/// What is wrong with the length of a listing.
pub fn is_short(file: &str, text: &str) -> Option<Finding> {
    let lines = text.lines().filter(|line| !line.contains("ANCHOR")).count();
    (lines > MOST_LINES).then(|| {
        let reason = format!("it has {lines} lines");
        Finding::new(
            file,
            reason,
            format!("show one thing in at most {MOST_LINES}, or cut it in two"),
        )
    })
}

/// The listings that no page shows.
pub fn are_shown(listings: &[Listing], pages: &[(&str, String)]) -> Vec<Finding> {
    let shown: Vec<&str> = pages
        .iter()
        .flat_map(|(_, text)| INCLUDE.captures_iter(text))
        .map(|include| include.extract::<1>().1[0])
        .collect();
    let unseen = listings.iter().filter(|listing| !shown.contains(&listing.file.as_str()));
    unseen
        .map(|Listing { file, .. }| {
            let mend =
                format!("write {{{{#include ../{file}}}}} in a code block, or remove the listing");
            Finding::new(file, "no page shows this listing", mend)
        })
        .collect()
}

/// The listings with two records, and the files under listings/ that belong to none.
pub fn have_records(listings: &[Listing], files: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for listing in listings {
        let present: Vec<_> = listing.records().into_iter().filter(|f| files.contains(f)).collect();
        if present.len() > 1 {
            let reason = format!("its output is recorded in {}", present.join(" and in "));
            findings.push(Finding::new(&listing.file, reason, "remove one"));
        }
    }
    let known: Vec<String> = listings
        .iter()
        .flat_map(|listing| [vec![listing.file.clone()], listing.records()].concat())
        .collect();
    let stray = |file: &&String| {
        file.starts_with("listings/") && !file.ends_with("/Cargo.toml") && !known.contains(file)
    };
    findings.extend(files.iter().filter(stray).map(|file| {
        let mend = "put it beside the listing whose name it has, or remove it";
        Finding::new(file, "it belongs to no listing", mend)
    }));
    findings
}

/// The listings that Cargo would build to one file.
pub fn have_own_names(listings: &[Listing]) -> Vec<Finding> {
    let built = || listings.iter().filter(|listing| listing.kind == Kind::Rust);
    let twin =
        |listing: &&Listing| built().any(|l| l.name == listing.name && l.file != listing.file);
    built()
        .filter(twin)
        .map(|listing| {
            let reason = format!("another chapter has a listing {}, too", listing.name);
            Finding::new(&listing.file, reason, "rename one: Cargo builds both to one file")
        })
        .collect()
}

/// What a listing printed that cannot be the same the next time. `pid` is its process number.
pub fn varies(listing: &Listing, printed: &str, pid: u32) -> Option<Finding> {
    let number = pid.to_string();
    let is_number = |word: &str| word.trim_matches(|c: char| !c.is_ascii_digit()) == number;
    let what = if printed.split_whitespace().any(is_number) {
        "its process number".to_owned()
    } else {
        format!("the address {}", ADDRESS.find(printed)?.as_str())
    };
    let mend = "print the role instead, such as `parent`";
    Some(Finding::new(&listing.file, format!("it prints {what}, which varies"), mend))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| format!("listings/{name}")).collect()
    }

    fn text(findings: &[Finding]) -> String {
        findings.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_listing_is_known_by_its_place() {
        let found = Listing::all(&files(&[
            "01_a/Cargo.toml",
            "01_a/compile_fail/c.rs",
            "01_a/examples/a.rs",
            "01_a/examples/a.out",
            "01_a/examples/b.py",
        ]));
        let found: Vec<_> = found.iter().map(|listing| (&*listing.name, listing.kind)).collect();
        assert_eq!(found, [("c", Kind::CompileFail), ("a", Kind::Rust), ("b", Kind::Python)]);
    }

    #[test]
    fn a_long_listing_is_found() {
        assert_eq!(is_short("l.rs", &("// ANCHOR: a\n".to_owned() + &"\n".repeat(40))), None);
        insta::assert_snapshot!(is_short("l.rs", &"\n".repeat(41)).unwrap(), @"l.rs: it has 41 lines; show one thing in at most 40, or cut it in two");
    }

    #[test]
    fn a_listing_that_no_page_shows_is_found() {
        let listings = Listing::all(&files(&["01_a/examples/a.rs", "01_a/examples/b.rs"]));
        let page = "```rust\n{{#include ../listings/01_a/examples/a.rs:part}}\n```\n".to_owned();
        insta::assert_snapshot!(text(&are_shown(&listings, &[("book/a.md", page)])), @"listings/01_a/examples/b.rs: no page shows this listing; write {{#include ../listings/01_a/examples/b.rs}} in a code block, or remove the listing");
    }

    #[test]
    fn stray_and_double_records_are_found() {
        let files = files(&[
            "01_a/examples/a.rs",
            "01_a/examples/a.out",
            "01_a/examples/a.unordered",
            "01_a/b.out",
        ]);
        insta::assert_snapshot!(text(&have_records(&Listing::all(&files), &files)), @r"
        listings/01_a/examples/a.rs: its output is recorded in listings/01_a/examples/a.out and in listings/01_a/examples/a.unordered; remove one
        listings/01_a/b.out: it belongs to no listing; put it beside the listing whose name it has, or remove it
        ");
    }

    #[test]
    fn listings_of_one_name_are_found() {
        let files = files(&["01_a/examples/a.rs", "02_b/examples/a.rs", "02_b/examples/a.py"]);
        insta::assert_snapshot!(text(&have_own_names(&Listing::all(&files))), @r"
        listings/01_a/examples/a.rs: another chapter has a listing a, too; rename one: Cargo builds both to one file
        listings/02_b/examples/a.rs: another chapter has a listing a, too; rename one: Cargo builds both to one file
        ");
    }

    #[test]
    fn output_that_varies_is_found() {
        let listing = Listing::of("listings/01_a/examples/a.rs").unwrap();
        assert_eq!(varies(&listing, "1234 bytes from child 12\n", 123), None);
        insta::assert_snapshot!(varies(&listing, "I am (123).", 123).unwrap(), @"listings/01_a/examples/a.rs: it prints its process number, which varies; print the role instead, such as `parent`");
        insta::assert_snapshot!(varies(&listing, "at 0x7ffe12345678", 123).unwrap(), @"listings/01_a/examples/a.rs: it prints the address 0x7ffe12345678, which varies; print the role instead, such as `parent`");
    }
}
