//! Makes one folder look like another and leaves alone what is equal already: Cargo rebuilds
//! whatever has a new time of change.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Writes `content` to `file`, unless `file` holds it already.
///
/// # Errors
///
/// Fails where the file, or a folder on the way to it, cannot be written.
pub fn write(file: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    let content = content.as_ref();
    if fs::read(file).is_ok_and(|present| present == content) {
        return Ok(());
    }
    make_room(file)?;
    fs::write(file, content).with_context(|| format!("cannot write {}", file.display()))
}

/// Reads `file`.
///
/// # Errors
///
/// Fails where the file cannot be read; the message names it.
pub fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Makes the folder `to` have `files`, named from there, and no others; `content` says what each
/// holds.
///
/// # Errors
///
/// Fails where a file cannot be read, written or removed.
pub fn folder(
    to: &Path,
    wanted: &BTreeSet<PathBuf>,
    content: impl Fn(&Path) -> Result<Vec<u8>>,
) -> Result<()> {
    if to.is_symlink() {
        // What it leads to is not ours to change.
        fs::remove_file(to).with_context(|| format!("cannot replace {}", to.display()))?;
    }
    for file in wanted {
        write(&to.join(file), content(file)?)?;
    }
    for stale in files(to)?.difference(wanted) {
        let stale = to.join(stale);
        fs::remove_file(&stale).with_context(|| format!("cannot remove {}", stale.display()))?;
    }
    Ok(())
}

/// Every file below `folder`, named from there; a folder that does not exist has none.
///
/// # Errors
///
/// Fails where a folder cannot be read.
pub fn files(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    files_but(folder, &[])
}

/// As [`files`], without what has one of these names in `folder` itself.
///
/// # Errors
///
/// As [`files`].
pub fn files_but(folder: &Path, but: &[&str]) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(inner) = pending.pop() {
        let place = folder.join(&inner);
        if !place.exists() {
            continue;
        }
        let read = || format!("cannot read {}", place.display());
        for entry in fs::read_dir(&place).with_context(read)? {
            let entry = entry.with_context(read)?;
            let path = inner.join(entry.file_name());
            if but.iter().any(|name| path == Path::new(name)) {
                continue;
            }
            if entry.file_type().with_context(read)?.is_dir() {
                pending.push(path);
            } else {
                found.insert(path);
            }
        }
    }
    Ok(found)
}

/// Makes the folder that is to hold `file`, and removes what stands at its place.
///
/// # Errors
///
/// Fails where the folder cannot be made, or what stands there cannot be removed.
pub fn make_room(file: &Path) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    if file.symlink_metadata().is_ok() {
        fs::remove_file(file).with_context(|| format!("cannot replace {}", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_folder_becomes_equal_and_equal_files_keep_their_time_of_change() {
        let temp = tempfile::tempdir().unwrap();
        let (from, to) = (temp.path().join("from"), temp.path().join("to"));
        write(&from.join("a/same"), "same").unwrap();
        write(&from.join("changed"), "new").unwrap();
        write(&to.join("a/same"), "same").unwrap();
        write(&to.join("changed"), "old").unwrap();
        write(&to.join("b/stale"), "stale").unwrap();
        let before = fs::metadata(to.join("a/same")).unwrap().modified().unwrap();

        let wanted = files(&from).unwrap();
        folder(&to, &wanted, |file| read(&from.join(file))).unwrap();

        assert_eq!(files(&to).unwrap(), wanted);
        assert_eq!(fs::read_to_string(to.join("changed")).unwrap(), "new");
        assert_eq!(fs::metadata(to.join("a/same")).unwrap().modified().unwrap(), before);
    }

    #[test]
    fn nothing_is_changed_or_removed_through_a_link() {
        let temp = tempfile::tempdir().unwrap();
        let (theirs, to) = (temp.path().join("theirs"), temp.path().join("to"));
        write(&theirs.join("file"), "theirs").unwrap();
        write(&theirs.join("other"), "theirs").unwrap();
        symlink(&theirs, &to).unwrap();

        let wanted = BTreeSet::from([PathBuf::from("file")]);
        folder(&to, &wanted, |_| Ok(b"ours".to_vec())).unwrap();

        assert_eq!(fs::read_to_string(to.join("file")).unwrap(), "ours");
        assert_eq!(fs::read_to_string(theirs.join("file")).unwrap(), "theirs");
        assert!(theirs.join("other").exists());
    }

    #[test]
    fn a_link_is_replaced_by_a_file() {
        let temp = tempfile::tempdir().unwrap();
        let (theirs, to) = (temp.path().join("theirs"), temp.path().join("to"));
        write(&theirs, "theirs").unwrap();
        symlink(&theirs, &to).unwrap();
        write(&to, "ours").unwrap();
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "theirs");
    }
}
