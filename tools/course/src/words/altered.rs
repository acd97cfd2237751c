//! What a learner reads where files that decide on a pass are not as they were shipped.

use std::fmt::Write as _;

use crate::catalog::Catalog;
use crate::shipped::{Altered, Back, How, back};

/// Which files differ, and what brings them back; nothing where none does.
pub fn altered(catalog: &Catalog, altered: &[Altered]) -> String {
    if altered.is_empty() {
        return String::new();
    }
    let (added, others): (Vec<Altered>, Vec<Altered>) =
        altered.iter().cloned().partition(|altered| altered.how == How::Added);
    let back = if others.is_empty() { None } else { Some(back(&catalog.root, &others)) };
    text(&added, &others, back.as_ref())
}

fn text(added: &[Altered], altered: &[Altered], back: Option<&Back>) -> String {
    let mut text =
        "\nNothing counts as solved while its tests are not as the course ships them:\n".to_owned();
    for Altered { file, how, .. } in altered.iter().chain(added) {
        let _ = writeln!(text, "  {:7}  {file}", how.word());
    }
    let names: Vec<&str> = altered.iter().map(|altered| altered.file.as_str()).collect();
    match back {
        Some(Back::LastCommit) => {
            text += "This brings them back, without what was changed in them:\n";
            let _ = writeln!(text, "  git checkout HEAD -- {}", names.join(" "));
        }
        Some(Back::Objects) => {
            text += "This brings them back, without what was changed in them:\n";
            for Altered { file, shipped, .. } in altered {
                let _ = writeln!(text, "  git cat-file blob {shipped} > {file}");
            }
        }
        Some(Back::Nothing) => {
            text += "Git does not have them here: get the course once more, into a folder of its \
                     own, and copy\nthem from there.\n";
        }
        None => {}
    }
    if !added.is_empty() {
        text += "This takes away what was added:\n";
        let names: Vec<&str> = added.iter().map(|added| added.file.as_str()).collect();
        let _ = writeln!(text, "  rm {}", names.join(" "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_with_their_way_back() {
        let one =
            |file: &str, how| Altered { file: file.to_owned(), how, shipped: "f510".to_owned() };
        let files = [one("a/tests/e1.rs", How::Changed), one("a/src/lib.rs", How::Missing)];
        insta::assert_snapshot!(text(&[], &files, Some(&Back::LastCommit)), @"

        Nothing counts as solved while its tests are not as the course ships them:
          changed  a/tests/e1.rs
          missing  a/src/lib.rs
        This brings them back, without what was changed in them:
          git checkout HEAD -- a/tests/e1.rs a/src/lib.rs
        ");
        insta::assert_snapshot!(text(&[], &files, Some(&Back::Objects)), @"

        Nothing counts as solved while its tests are not as the course ships them:
          changed  a/tests/e1.rs
          missing  a/src/lib.rs
        This brings them back, without what was changed in them:
          git cat-file blob f510 > a/tests/e1.rs
          git cat-file blob f510 > a/src/lib.rs
        ");
        insta::assert_snapshot!(text(&[], &files, Some(&Back::Nothing)), @"

        Nothing counts as solved while its tests are not as the course ships them:
          changed  a/tests/e1.rs
          missing  a/src/lib.rs
        Git does not have them here: get the course once more, into a folder of its own, and copy
        them from there.
        ");
        let added = [one("a/build.rs", How::Added)];
        insta::assert_snapshot!(text(&added, &[], None), @"

        Nothing counts as solved while its tests are not as the course ships them:
          added    a/build.rs
        This takes away what was added:
          rm a/build.rs
        ");
    }
}
