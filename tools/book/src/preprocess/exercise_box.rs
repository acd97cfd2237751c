//! The box of an exercise: all that a learner needs to start, and help that opens step by step.

use course::catalog::{Exercise, Track};

use super::markdown::{code_block, details};
use super::{Material, reference};
use crate::problem::{Problem, read, relative};

/// A stub of more lines than this is folded away.
const LONG_STUB: usize = 40;

/// The words for difficulties 1 to 5.
const DIFFICULTIES: [&str; 5] = ["warm-up", "easy", "medium", "hard", "very hard"];

/// What the three hints give away.
const HINTS: [&str; 3] = ["a nudge", "the mechanism", "nearly the code"];

/// The heading of `exercise` and its box, as Markdown.
pub fn render(material: &Material<'_>, exercise: &Exercise) -> Result<String, Problem> {
    let root = &material.catalog.root;
    let (id, target) = (exercise.id(), &exercise.target);
    let stub = read(root, &exercise.stub(), "copy the stub there as it is shipped")?;
    let first_failure = read(root, &exercise.first_failure(), RECORD)?;
    let task = exercise.task().map_err(|error| {
        let next = "begin it with `//! ` and the goal in one line".to_owned();
        Problem::in_file(root, &exercise.stub(), error.to_string(), next)
    })?;

    let pieces = [
        format!("### {id} {} {{#{target}}}\n", exercise.title()),
        format!("<div class=\"exercise\" role=\"group\" aria-labelledby=\"{target}\">\n"),
        facts(exercise),
        format!("**Goal.** {task}\n"),
        format!("Edit {} and run\n", link_to_file(material, exercise)),
        command(&format!("cargo course check {id}")),
        "or, with Cargo alone,\n".to_owned(),
        command(&format!("cargo test -p {} --test {target}", exercise.package)),
        details(
            "The file as you find it",
            stub.lines().count() <= LONG_STUB,
            &code_block("rust", &stub),
        ),
        "Before you change anything, the first test in its file says:\n".to_owned(),
        code_block("text", &first_failure),
        hints(material, exercise)?,
        afterwards(material, exercise)?,
        "</div>".to_owned(),
    ];
    Ok(pieces.join("\n"))
}

/// What to read after a pass; nothing in a copy without references.
fn afterwards(material: &Material<'_>, exercise: &Exercise) -> Result<String, Problem> {
    let wrong = reference::mistakes(&material.catalog.root, exercise)?.len();
    if !material.catalog.has_references() {
        return Ok(String::new());
    }
    Ok(format!(
        "When it passes, compare it with [the reference solution]({0}) and read \
         [{wrong} known {mistakes}]({0}#mistakes).\n",
        reference::path(exercise).display(),
        mistakes = if wrong == 1 { "mistake" } else { "mistakes" },
    ))
}

/// The next step where the first failure is missing.
const RECORD: &str = "record what the stub fails with: `SNAPSHOTS=overwrite cargo test -p rules`";

fn facts(exercise: &Exercise) -> String {
    let facts = &exercise.facts;
    let level = usize::from(facts.difficulty.clamp(1, 5));
    let dots = "●".repeat(level) + &"○".repeat(DIFFICULTIES.len() - level);
    let track = match facts.track {
        Track::Core => "core (do it before you go on)",
        Track::Stretch => "stretch (for those who want more)",
    };
    let needs = match facts.needs.len() {
        0 => String::new(),
        _ => format!("<li>Needs: {}</li>\n", facts.needs.join(", ")),
    };
    format!(
        "<ul class=\"facts\">\n\
         <li>Difficulty: <span class=\"dots\" aria-hidden=\"true\">{dots}</span> {level} of 5, {}</li>\n\
         <li>Time: about {} minutes (an estimate)</li>\n\
         <li>Track: {track}</li>\n\
         {needs}</ul>\n",
        DIFFICULTIES[level - 1],
        facts.minutes,
    )
}

/// A command to copy; mdBook gives every block of code a button for that.
fn command(line: &str) -> String {
    format!("<div class=\"command\">\n\n{}\n</div>\n", code_block("text", line))
}

fn link_to_file(material: &Material<'_>, exercise: &Exercise) -> String {
    let file = relative(&material.catalog.root, &exercise.file());
    let file = file.display();
    match material.repository {
        Some(url) => format!("[`{file}`]({}/blob/HEAD/{file})", url.trim_end_matches('/')),
        None => format!("`{file}`"),
    }
}

fn hints(material: &Material<'_>, exercise: &Exercise) -> Result<String, Problem> {
    let file = exercise.hints_file();
    let hints = exercise.hints().map_err(|error| {
        let next = "write three hints with a line `---` between two of them".to_owned();
        Problem::in_file(&material.catalog.root, &file, error.to_string(), next)
    })?;
    let folded = hints.iter().enumerate().map(|(index, hint)| {
        let gives = HINTS.get(index).map_or_else(String::new, |gives| format!(": {gives}"));
        details(&format!("Hint {}{gives}", index + 1), false, hint)
    });
    Ok(folded.collect::<Vec<_>>().join("\n"))
}
