//! What a teacher reads.

use std::path::Path;

use crate::shipped::Altered;

/// Where a copy for a class was written.
pub fn exported(folder: &Path) -> String {
    let name = folder.display();
    format!(
        "{name} is a clean copy, with every exercise as it was shipped.\nTry it: cd {name} && cargo \
         course check --all\n"
    )
}

/// Why no copy is made of a project whose tests were changed.
pub fn not_exported(altered: &[Altered]) -> String {
    let files: String = altered
        .iter()
        .map(|Altered { file, how, .. }| format!("\n  {:7}  {file}", how.word()))
        .collect();
    format!(
        "these files are not as the course ships them, so a class could solve nothing with \
         them:{files}\nbring them back with `git restore`, and remove what was added; or, if you mean \
         what they are now, record it: SNAPSHOTS=overwrite cargo test -p rules"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_is_named_with_a_first_step() {
        insta::assert_snapshot!(exported(Path::new("teacher/class")), @"
        teacher/class is a clean copy, with every exercise as it was shipped.
        Try it: cd teacher/class && cargo course check --all
        ");
    }
}
