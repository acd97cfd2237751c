//! Puts the file of an exercise back as it was shipped, and keeps the learner's.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};

use crate::catalog::Exercise;
use crate::progress::{Entry, Store};

/// What came of a reset.
#[derive(Debug, PartialEq, Eq)]
pub struct Reset {
    /// Where the learner's file is now, or `None` if there was nothing to keep.
    pub kept: Option<PathBuf>,
    /// Whether it was solved once.
    pub was_solved: bool,
}

/// Restores the shipped file, and takes back that the exercise is solved.
///
/// # Errors
///
/// Fails where a file cannot be read or written; the learner's file is untouched then.
pub fn reset(exercise: &Exercise, store: &Store) -> Result<Reset> {
    let kept = restore(exercise, store)?;
    let progress = store.change(exercise, Entry::reset)?;
    Ok(Reset { kept, was_solved: progress.was_solved(exercise) })
}

/// Returns where the learner's file is kept.
fn restore(exercise: &Exercise, store: &Store) -> Result<Option<PathBuf>> {
    let (file, stub) = (exercise.file(), exercise.stub());
    let shipped = fs::read(&stub).with_context(|| format!("cannot read {}", stub.display()))?;
    ensure!(
        file.is_file() || !file.exists(),
        "{} is no file, so it cannot be kept; move it away",
        file.display()
    );
    let mine = match fs::read(&file) {
        Ok(mine) if mine == shipped => return Ok(None),
        Ok(mine) => Some(mine),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
    };
    let kept = mine.as_deref().map(|mine| keep(exercise, store, mine)).transpose()?;
    let folder = file.parent().context("a file lies in a folder")?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)
        .with_context(|| format!("cannot write in {}", folder.display()))?;
    temporary.write_all(&shipped)?;
    temporary.as_file().sync_all()?;
    // A temporary file is private; the new one is as open as the old one was, or as the stub is.
    let like = if mine.is_some() { &file } else { &stub };
    fs::set_permissions(temporary.path(), fs::metadata(like)?.permissions())?;
    let unchanged = match &mine {
        Some(mine) => fs::read(&file).is_ok_and(|now| now == *mine),
        None => !file.exists(),
    };
    ensure!(unchanged, "{} was saved just now; reset it again", file.display());
    temporary.persist(&file).with_context(|| format!("cannot replace {}", file.display()))?;
    Ok(kept)
}

/// Writes a copy and reads it again before anything is replaced.
fn keep(exercise: &Exercise, store: &Store, mine: &[u8]) -> Result<PathBuf> {
    let folder = store.kept();
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string().replace(':', "-");
    for number in 1.. {
        let copy = folder.join(match number {
            1 => format!("{}.{date}.rs", exercise.target),
            _ => format!("{}.{date}.{number}.rs", exercise.target),
        });
        match File::create_new(&copy) {
            // Another reset in the same second.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            opened => {
                write_checked(opened, &copy, mine)
                    .with_context(|| format!("cannot keep your file as {}", copy.display()))?;
                return Ok(copy);
            }
        }
    }
    bail!("all names in {} are taken", folder.display())
}

fn write_checked(opened: io::Result<File>, copy: &Path, mine: &[u8]) -> Result<()> {
    let mut file = opened?;
    file.write_all(mine)?;
    file.sync_all()?;
    ensure!(fs::read(copy)? == mine, "the copy differs from it");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::{project, text};

    #[test]
    fn a_reset_keeps_the_learners_file_and_restores_the_stub() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        let kept = reset(exercise, &store).unwrap().kept.unwrap();
        assert_eq!(text(&kept), "edited by the learner\n");
        assert_eq!(text(&exercise.file()), text(&exercise.stub()));
    }

    #[test]
    fn a_reset_exercise_is_open_again_until_the_next_pass() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        assert!(!reset(exercise, &store).unwrap().was_solved);
        let first = store.change(exercise, |entry| entry.attempted(true)).unwrap().of(exercise);
        assert!(reset(exercise, &store).unwrap().was_solved);
        let progress = store.change(exercise, |entry| entry.attempted(false)).unwrap();
        assert!(!progress.is_solved(exercise) && progress.was_solved(exercise));
        let progress = store.change(exercise, |entry| entry.attempted(true)).unwrap();
        assert!(progress.is_solved(exercise));
        assert_eq!(progress.of(exercise).solved_unix_s, first.solved_unix_s);
    }

    #[test]
    fn two_resets_in_a_second_keep_two_files() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        let first = reset(exercise, &store).unwrap().kept.unwrap();
        fs::write(exercise.file(), "again\n").unwrap();
        let second = reset(exercise, &store).unwrap().kept.unwrap();
        assert_ne!(first, second);
        assert_eq!(text(&second), "again\n");
    }

    #[test]
    fn a_file_as_shipped_needs_no_copy() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        reset(exercise, &store).unwrap();
        assert_eq!(reset(exercise, &store).unwrap().kept, None);
    }

    #[test]
    fn a_deleted_file_comes_back() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        fs::remove_file(exercise.file()).unwrap();
        assert_eq!(reset(exercise, &store).unwrap().kept, None);
        assert_eq!(text(&exercise.file()), text(&exercise.stub()));
        let mode = |path| fs::metadata(path).unwrap().permissions();
        assert_eq!(mode(exercise.file()), mode(exercise.stub()));
    }

    #[test]
    fn a_missing_stub_leaves_the_learners_file_alone() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        fs::remove_file(exercise.stub()).unwrap();
        reset(exercise, &store).unwrap_err();
        assert_eq!(text(&exercise.file()), "edited by the learner\n");
    }
}
