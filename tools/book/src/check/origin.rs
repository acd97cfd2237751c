//! Finds the line that a writer has to mend when a rendered page is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use super::files::files;
use crate::problem::Problem;

/// The files that a rendered page is made from.
pub struct Origin<'a> {
    root: &'a Path,
    /// The page's own source.
    main: PathBuf,
    /// What is filled into it.
    others: Vec<PathBuf>,
}

impl<'a> Origin<'a> {
    /// The origin of `page`, such as `02_lifecycle.html`, whose source lies in `sources`.
    pub fn of(root: &'a Path, sources: &Path, page: &str) -> Origin<'a> {
        let page = Path::new(page);
        if let Ok(exercise) = page.strip_prefix("references") {
            let chapter = root.join("solutions").join(exercise.parent().unwrap_or(exercise));
            let name = exercise.file_stem().unwrap_or_default();
            let others = files(&chapter.join("mistakes").join(name)).unwrap_or_default();
            let main = chapter.join(name).with_extension("rs");
            return Origin { root, main, others };
        }
        // mdBook renders a page, and copies everything else.
        let main = match page.extension() {
            Some(extension) if extension == "html" => sources.join(page).with_extension("md"),
            _ => sources.join(page),
        };
        let hints = root.join("exercises").join(page.with_extension("")).join("hints");
        Origin { root, main, others: files(&hints).unwrap_or_default() }
    }

    /// A problem with `url`, in the first line that names it; `reason` then says it as the line does.
    pub fn problem(&self, url: &str, reason: String, next: String) -> Problem {
        let written = [url.to_owned(), url.replace(".html", ".md")];
        for file in std::iter::once(&self.main).chain(&self.others) {
            let text = fs::read_to_string(file).unwrap_or_default();
            let lines = text.lines();
            let found = lines.enumerate().find_map(|(index, line)| {
                let as_written = written.iter().find(|url| names(line, url))?;
                Some((index + 1, as_written))
            });
            if let Some((line, as_written)) = found {
                let reason = reason.replacen(url, as_written, 1);
                return Problem::at(self.root, file, line, reason, next);
            }
        }
        Problem::in_file(self.root, &self.main, reason, next)
    }
}

/// Whether `line` holds `url` as a whole.
fn names(line: &str, url: &str) -> bool {
    let part_of_a_name = |c: char| c.is_alphanumeric() || "_-./#".contains(c);
    line.match_indices(url).any(|(start, _)| {
        let (before, after) = (&line[..start], &line[start + url.len()..]);
        !before.ends_with(part_of_a_name) && !after.starts_with(part_of_a_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_a_whole_address_only() {
        assert!(names("see [b](a.md#b)", "a.md#b"));
        assert!(!names("see [b](a.md#bc)", "a.md#b"));
        assert!(!names("see [b](xa.md)", "a.md"));
    }
}
