//! Puts a table of all labs where a page asks for it by `{{#labs}}`: what each one answers, and the page that
//! shows its results.

use std::path::Path;

use course::lab::{self, Lab};
use regex::Regex;

use crate::check::directive::directives;
use crate::problem::Problem;

/// A page that shows the results of a lab.
pub struct Shown {
    lab: String,
    /// The page and its heading, as a link in Markdown.
    link: String,
}

/// The labs whose tables the page `name`, of the file `path`, includes.
pub fn shown(name: &str, path: &Path, text: &str) -> Vec<Shown> {
    let heading = Regex::new(r"(?m)^##+ (.*)$").expect("a valid pattern");
    let includes = directives(text).filter(|directive| directive.name == "include");
    let found = includes.filter_map(|directive| {
        let file = Path::new(directive.argument);
        let is_table = file.starts_with("results") && file.extension()? == "md";
        let lab = file.file_stem()?.to_str()?.to_owned();
        let above = heading.captures_iter(&text[..directive.range.start]).last();
        let section = above.map_or(String::new(), |above| format!("#{}", anchor(&above[1])));
        let page = path.display();
        is_table.then(|| Shown { lab, link: format!("[{name}]({page}{section})") })
    });
    found.collect()
}

/// What mdBook calls a heading of letters, digits and spaces.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// Replaces `{{#labs}}` in `text`, the content of the file `page`.
pub fn place(root: &Path, page: &Path, text: &str, shown: &[Shown]) -> (String, Option<Problem>) {
    let Some(directive) = directives(text).find(|directive| directive.name == "labs") else {
        return (text.to_owned(), None);
    };
    match lab::all(root).map_err(|error| format!("{error:#}")).and_then(|labs| table(&labs, shown))
    {
        Ok(table) => (text.replace(directive.text, &table), None),
        Err(reason) => {
            let next = "include its table, `results/…/LAB.md`, in the page that it belongs to";
            let problem = Problem::at(root, page, directive.line, reason, next.to_owned());
            (text.to_owned(), Some(problem))
        }
    }
}

/// The table, or the lab that no page shows.
fn table(labs: &[Lab], shown: &[Shown]) -> Result<String, String> {
    let mut table = "| lab | what it answers | shown in |\n|---|---|---|".to_owned();
    for Lab { name, question } in labs {
        let links = shown.iter().filter(|shown| shown.lab == *name).map(|shown| &*shown.link);
        let links = links.collect::<Vec<_>>().join(", ");
        if links.is_empty() {
            return Err(format!("no page shows the lab `{name}`"));
        }
        table += &format!("\n| `{name}` | {question} | {links} |");
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lab_leads_to_the_heading_above_its_table() {
        let page = "# Forks\n\n## What it costs, then\n\n{{#include results/02_x/price.md}}\n";
        let shown = shown("Forks", Path::new("02_x.md"), page);
        let lab = |name: &str| Lab { name: name.to_owned(), question: "How much?".to_owned() };
        let table_of = |name| table(&[lab(name)], &shown);
        let row = "\n| `price` | How much? | [Forks](02_x.md#what-it-costs-then) |";
        assert!(table_of("price").unwrap().ends_with(row));
        assert_eq!(table_of("other"), Err("no page shows the lab `other`".to_owned()));
    }
}
