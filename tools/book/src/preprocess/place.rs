//! Puts the boxes of a chapter's exercises where its page asks for them.

use std::path::Path;

use course::catalog::Exercise;

use super::{Material, exercise_box};
use crate::check::directive::{Directive, directives};
use crate::problem::{Problem, relative};

/// A page with its boxes.
pub struct Placed<'a> {
    pub text: String,
    /// The exercises that the page sets, in its order.
    pub exercises: Vec<&'a Exercise>,
    pub problems: Vec<Problem>,
}

/// Replaces each `{{#exercise ..}}` in `text`, the content of the file `page`.
pub fn exercises<'a>(material: &Material<'a>, page: &Path, text: &str) -> Placed<'a> {
    let root = &material.catalog.root;
    let mut placed = Placed { text: String::new(), exercises: Vec::new(), problems: Vec::new() };
    let mut done = 0;
    for directive in directives(text).filter(|directive| directive.name == "exercise") {
        placed.text += &text[done..directive.range.start];
        done = directive.range.end;
        let wanted = wanted(material, page, text, &directive, &placed.exercises)
            .map_err(|(reason, next)| Problem::at(root, page, directive.line, reason, next));
        match wanted.and_then(|wanted| Ok((wanted, exercise_box::render(material, wanted)?))) {
            Ok((exercise, markdown)) => {
                placed.exercises.push(exercise);
                placed.text += &markdown;
            }
            Err(problem) => placed.problems.push(problem),
        }
    }
    placed.text += &text[done..];
    placed
}

/// The exercise that `directive` asks for, or a reason and the next step.
fn wanted<'a>(
    material: &Material<'a>,
    page: &Path,
    text: &str,
    directive: &Directive<'_>,
    before: &[&Exercise],
) -> Result<&'a Exercise, (String, String)> {
    let name = directive.argument;
    let line = text.lines().nth(directive.line - 1).unwrap_or_default();
    if line != directive.text {
        let reason = format!("`{}` shares its line", directive.text);
        return Err((reason, "give it a line of its own".to_owned()));
    }
    let mut exercises = material.catalog.exercises.iter();
    let Some(exercise) = exercises.find(|e| e.target == name && e.page() == page) else {
        return Err(nothing_of_that_name(material, page, name));
    };
    if before.iter().any(|other| other.target == name) {
        return Err((format!("the page sets `{name}` twice"), "keep one".to_owned()));
    }
    Ok(exercise)
}

fn nothing_of_that_name(material: &Material<'_>, page: &Path, name: &str) -> (String, String) {
    let catalog = material.catalog;
    if let Some(elsewhere) = catalog.exercises.iter().find(|e| e.target == name) {
        let home = relative(&catalog.root, &elsewhere.page());
        return (
            format!("`{name}` belongs to {}", home.display()),
            "move the directive there".to_owned(),
        );
    }
    let here: Vec<_> = catalog.exercises.iter().filter(|e| e.page() == page).collect();
    let names: Vec<_> = here.iter().map(|e| format!("`{}`", e.target)).collect();
    let next = match names.len() {
        0 => "this chapter has no exercises: add a test target to its package".to_owned(),
        _ => format!("this chapter has {}", names.join(", ")),
    };
    (format!("there is no exercise `{name}`"), next)
}
