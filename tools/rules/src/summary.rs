//! Folders, crates, pages and the table of contents go by the same names.

use crate::finding::Finding;
use crate::page::{links, title};

/// Where `summary`, the table of contents, differs from `pages`: each must be listed once, under
/// the title that it gives itself.
pub fn lists(summary: &str, pages: &[(&str, String)]) -> Vec<Finding> {
    const SUMMARY: &str = "book/SUMMARY.md";
    let links = links(summary);
    let mut findings = Vec::new();
    for (file, text) in pages {
        let Some(title) = title(text) else {
            let mend = "begin it with `# Title`";
            findings.push(Finding::new(*file, "the page has no title", mend));
            continue;
        };
        let name = file.strip_prefix("book/").unwrap_or(file);
        let entries: Vec<&str> =
            links.iter().filter(|(_, to)| to == name).map(|(text, _)| text.as_str()).collect();
        if entries != [title.as_str()] {
            let reason = match entries[..] {
                [] => format!("{name} is not listed"),
                _ => format!("{name} is listed as {}", entries.join(", ")),
            };
            let mend = format!("write `[{title}]({name})` once");
            findings.push(Finding::new(SUMMARY, reason, mend));
        }
    }
    for (text, to) in &links {
        if !pages.iter().any(|(file, _)| file.strip_prefix("book/") == Some(to)) {
            let mend = format!("write book/{to}, or take \"{text}\" out");
            findings.push(Finding::new(SUMMARY, format!("there is no page {to}"), mend));
        }
    }
    findings
}

/// What is wrong with the name of the crate in the folder `folder` of `chapter`.
pub fn crate_name(folder: &str, chapter: &str, found: &str) -> Option<Finding> {
    let name = chapter.split_once('_').map_or(chapter, |(_, name)| name);
    let wanted = match folder {
        "listings" => format!("{name}-listings"),
        _ => name.to_owned(),
    };
    (found != wanted).then(|| {
        let file = format!("{folder}/{chapter}/Cargo.toml");
        Finding::new(file, format!("the package is named {found}"), format!("name it {wanted}"))
    })
}

/// What is wrong with the name of the chapter `folder`: two digits, an underscore, a few words.
pub fn chapter_name(folder: &str) -> Option<Finding> {
    let well_formed = folder.split_once('_').is_some_and(|(number, name)| {
        let letter = |letter: char| letter == '_' || letter.is_ascii_lowercase();
        number.len() == 2
            && number.chars().all(|digit| digit.is_ascii_digit())
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.chars().all(letter)
    });
    (!well_formed).then(|| {
        let mend = "name it like `02_lifecycle`, in every folder";
        Finding::new(folder, "this is no name of a chapter", mend)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_listed_under_their_titles() {
        let pages = [("book/a.md", "# A `b`\n".to_owned()), ("book/c.md", "# C\n".to_owned())];
        assert_eq!(lists("# Summary\n\n[A `b`](a.md)\n- [C](c.md)\n", &pages), []);
    }

    #[test]
    fn wrong_and_missing_entries_are_found() {
        let pages = [
            ("book/a.md", "# A\n".to_owned()),
            ("book/b.md", "# B\n".to_owned()),
            ("book/c.md", "## C\n".to_owned()),
        ];
        let found = lists("[Old](a.md)\n\n[Lost](d.md)\n", &pages);
        let found: Vec<String> = found.iter().map(Finding::to_string).collect();
        insta::assert_snapshot!(found.join("\n"), @r#"
        book/SUMMARY.md: a.md is listed as Old; write `[A](a.md)` once
        book/SUMMARY.md: b.md is not listed; write `[B](b.md)` once
        book/c.md: the page has no title; begin it with `# Title`
        book/SUMMARY.md: there is no page d.md; write book/d.md, or take "Lost" out
        "#);
    }

    #[test]
    fn a_crate_is_named_after_its_chapter() {
        assert_eq!(crate_name("exercises", "02_lifecycle", "lifecycle"), None);
        assert_eq!(crate_name("listings", "02_lifecycle", "lifecycle-listings"), None);
        let wrong = crate_name("exercises", "02_lifecycle", "life").unwrap();
        insta::assert_snapshot!(wrong, @"exercises/02_lifecycle/Cargo.toml: the package is named life; name it lifecycle");
    }

    #[test]
    fn a_chapter_has_a_number_and_a_name() {
        assert_eq!(chapter_name("10_shared_memory"), None);
        for wrong in ["lifecycle", "2_lifecycle", "02-lifecycle", "02_", "02_Life"] {
            assert_ne!(chapter_name(wrong), None, "{wrong}");
        }
        insta::assert_snapshot!(chapter_name("lifecycle").unwrap(), @"lifecycle: this is no name of a chapter; name it like `02_lifecycle`, in every folder");
    }
}
