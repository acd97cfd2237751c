//! Checks where the rendered pages lead: every link, fragment and picture, and that nothing is
//! loaded from another site.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use regex::Regex;

use super::address::{decoded, elsewhere, resolve};
use super::files::files;
use super::html::{self, Link, Page};
use super::origin::Origin;
use crate::problem::Problem;

/// Pages that only repeat what stands on others.
const COPIES: [&str; 2] = ["print.html", "toc.html"];

/// What a style sheet loads.
static STYLE_URL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"url\(\s*['"]?([^'")]+)"#).expect("a valid pattern"));

/// The rendered book.
struct Book {
    /// Everything that can be linked to, with `/` between folders.
    files: BTreeSet<String>,
    pages: BTreeMap<String, Page>,
}

/// The problems of the pages in `folder`, rendered from `sources` in the workspace `root`.
///
/// # Errors
///
/// Fails where the pages cannot be read.
pub fn problems(root: &Path, sources: &Path, folder: &Path) -> Result<Vec<Problem>> {
    let book = Book::read(folder)?;
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (name, page) in &book.pages {
        // mdBook writes the first page a second time under this name.
        let copied = name == "index.html" && !sources.join("index.md").exists();
        if copied || COPIES.contains(&name.as_str()) {
            continue;
        }
        for link in &page.links {
            let Some((reason, next)) = book.problem(name, link) else { continue };
            let problem = Origin::of(root, sources, name).problem(&link.url, reason, next);
            if seen.insert(problem.to_string()) {
                found.push(problem);
            }
        }
    }
    Ok(found)
}

impl Book {
    fn read(folder: &Path) -> Result<Book> {
        let mut book = Book { files: BTreeSet::new(), pages: BTreeMap::new() };
        for file in files(folder)? {
            let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().into_owned();
            let extension = file.extension().and_then(|extension| extension.to_str());
            if let Some("html" | "svg" | "css") = extension {
                let text = fs::read_to_string(&file)
                    .with_context(|| format!("cannot read {}", file.display()))?;
                let page = if extension == Some("css") { style(&text) } else { html::read(&text) };
                book.pages.insert(name.clone(), page);
            }
            book.files.insert(name);
        }
        Ok(book)
    }

    /// What is wrong with `link` on the page `from`: a reason, and the next step.
    fn problem(&self, from: &str, link: &Link) -> Option<(String, String)> {
        let url = &link.url;
        if elsewhere(url) {
            let local = !link.loads || url.starts_with("data:");
            return (!local).then(|| {
                let reason = format!("the page loads `{url}` from another site");
                (reason, "put a copy into the book".to_owned())
            });
        }
        let (address, fragment) = url.split_once('#').unwrap_or((url, ""));
        let address = decoded(address.split('?').next().unwrap_or_default());
        let Some(target) = resolve(from, &address) else {
            let reason = format!("`{url}` leads out of the book");
            return Some((reason, "name the file in words instead".to_owned()));
        };
        if !self.files.contains(&target) {
            let what = if link.loads { "file" } else { "page" };
            let next = format!("correct the path, or add the {what} to the book");
            return Some((format!("`{url}` leads to no {what}"), next));
        }
        let fragment = decoded(fragment);
        let page = self.pages.get(&target)?;
        let known = fragment.is_empty() || fragment == "top" || page.ids.contains(&fragment);
        (!known).then(|| {
            let reason = format!("`{url}` leads to no heading: {target} has no id `{fragment}`");
            (reason, format!("correct it, or write `{{#{fragment}}}` behind the heading"))
        })
    }
}

fn style(text: &str) -> Page {
    let urls = STYLE_URL.captures_iter(text).map(|url| url[1].trim().to_owned());
    Page { links: urls.map(|url| Link { url, loads: true }).collect(), ..Page::default() }
}
