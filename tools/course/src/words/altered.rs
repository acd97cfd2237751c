//! What a learner reads where files that decide on a pass are not as they were shipped.

use std::fmt::Write as _;

use crate::catalog::Catalog;
use crate::shipped::{Altered, Back, How, back};

/// Which files differ, and what brings them back; nothing where none does.
pub fn altered(catalog: &Catalog, altered: &[Altered]) -> String {
    if altered.is_empty() {
        return String::new();
    }
    text(altered, &back(&catalog.root, altered))
}

fn text(altered: &[Altered], back: &Back) -> String {
    let mut text =
        "\nNothing counts as solved while its tests are not as the course ships them:\n".to_owned();
    for Altered { file, how, .. } in altered {
        let how = match how {
            How::Changed => "changed",
            How::Missing => "missing",
        };
        let _ = writeln!(text, "  {how}  {file}");
    }
    let names: Vec<&str> = altered.iter().map(|altered| altered.file.as_str()).collect();
    match back {
        Back::LastCommit => {
            text += "This brings them back, without what was changed in them:\n";
            let _ = writeln!(text, "  git checkout HEAD -- {}", names.join(" "));
        }
        Back::Objects => {
            text += "This brings them back, without what was changed in them:\n";
            for Altered { file, shipped, .. } in altered {
                let _ = writeln!(text, "  git cat-file blob {shipped} > {file}");
            }
        }
        Back::Nothing => {
            text += "Git does not have them here: get the course once more, into a folder of its \
                     own, and copy\nthem from there.\n";
        }
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
        insta::assert_snapshot!(text(&files, &Back::LastCommit), @"

        Nothing counts as solved while its tests are not as the course ships them:
          changed  a/tests/e1.rs
          missing  a/src/lib.rs
        This brings them back, without what was changed in them:
          git checkout HEAD -- a/tests/e1.rs a/src/lib.rs
        ");
        insta::assert_snapshot!(text(&files, &Back::Objects), @"

        Nothing counts as solved while its tests are not as the course ships them:
          changed  a/tests/e1.rs
          missing  a/src/lib.rs
        This brings them back, without what was changed in them:
          git cat-file blob f510 > a/tests/e1.rs
          git cat-file blob f510 > a/src/lib.rs
        ");
        insta::assert_snapshot!(text(&files, &Back::Nothing), @"

        Nothing counts as solved while its tests are not as the course ships them:
          changed  a/tests/e1.rs
          missing  a/src/lib.rs
        Git does not have them here: get the course once more, into a folder of its own, and copy
        them from there.
        ");
    }
}
