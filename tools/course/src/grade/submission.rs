//! What is taken of a submission: the files that learners edit, and nothing else. No link is
//! followed, nothing but a file is read, and no more of it than a learner would write.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Component, Path};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, openat};
use nix::sys::stat::Mode;

use super::forbidden;
use crate::catalog::{Catalog, Exercise};
use crate::verify::mirror;

/// The longest file of a learner, in bytes. Stubs have 60 lines.
const LONGEST: u64 = 256 << 10;

/// A submission.
#[derive(Debug)]
pub(super) struct Submission<'a> {
    pub texts: Vec<(&'a Exercise, Text)>,
}

/// What a submission has for an exercise.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Text {
    Missing,
    /// It is not to be compiled; this is why.
    Refused(String),
    /// The learner has not begun.
    AsShipped,
    Written(String),
}

impl<'a> Submission<'a> {
    /// Reads the files of these exercises.
    ///
    /// # Errors
    ///
    /// Says why it is no submission at all.
    pub fn read(
        folder: &Path,
        catalog: &Catalog,
        exercises: &[&'a Exercise],
    ) -> Result<Submission<'a>, String> {
        let root = openat(AT_FDCWD, folder, OFlag::O_DIRECTORY | OFlag::O_CLOEXEC, Mode::empty());
        let root = root.map_err(|error| match error {
            Errno::ENOENT => "it is not there".to_owned(),
            Errno::ENOTDIR => "it is no folder".to_owned(),
            error => format!("cannot open it: {}", error.desc()),
        })?;
        if open(&root, Path::new("exercises"), OFlag::O_DIRECTORY).is_err() {
            return Err("it has no folder `exercises`, so it is no copy of the course".to_owned());
        }
        let text = |exercise: &&'a Exercise| {
            let text = text(&root, catalog, exercise);
            (*exercise, text.unwrap_or_else(|error| Text::Refused(format!("{error:#}"))))
        };
        Ok(Submission { texts: exercises.iter().map(text).collect() })
    }
}

fn text(root: &OwnedFd, catalog: &Catalog, exercise: &Exercise) -> Result<Text> {
    let name = catalog.short(&exercise.file());
    // O_NONBLOCK: a FIFO would wait for a writer.
    let file = match open(root, Path::new(&name), OFlag::O_NONBLOCK) {
        Ok(file) => File::from(file),
        Err(Errno::ENOENT) => return Ok(Text::Missing),
        Err(Errno::ELOOP | Errno::ENOTDIR) => return refused("it is, or lies behind, a link"),
        Err(error) => return refused(&format!("it cannot be opened: {}", error.desc())),
    };
    if !file.metadata()?.is_file() {
        return refused("it is no file");
    }
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).context("it cannot be read")?;
    if bytes.len() as u64 > LONGEST {
        return refused(&format!("it is longer than {} KiB", LONGEST >> 10));
    }
    let Ok(text) = String::from_utf8(bytes) else { return refused("it is not UTF-8") };
    let stub = mirror::read(&exercise.stub())?;
    // Git may have changed the ends of the lines to those of Windows.
    if text.as_bytes() == stub || text.replace("\r\n", "\n").as_bytes() == stub {
        return Ok(Text::AsShipped);
    }
    match forbidden::word(&text, &String::from_utf8_lossy(&stub)) {
        Some(word) => refused(&format!(
            "it says `{word}`, which can run code before the tests begin; take the word out"
        )),
        None => Ok(Text::Written(text)),
    }
}

fn refused(reason: &str) -> Result<Text> {
    Ok(Text::Refused(reason.to_owned()))
}

/// Opens what is at `path`, from `root`, without following any link on the way.
fn open(root: &OwnedFd, path: &Path, flags: OFlag) -> nix::Result<OwnedFd> {
    let flags = flags | OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let mut here: Option<OwnedFd> = None;
    let mut parts = path.components().peekable();
    while let Some(Component::Normal(part)) = parts.next() {
        let last = parts.peek().is_none();
        let flags = if last { flags } else { flags | OFlag::O_DIRECTORY };
        let folder = here.as_ref().unwrap_or(root);
        here = Some(openat(folder.as_fd(), part, flags, Mode::empty())?);
    }
    here.ok_or(Errno::ENOENT)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use nix::unistd::mkfifo;

    use super::*;
    use crate::verify::fixture::project;

    const FILE: &str = "exercises/01_sums/src/e1_one.rs";

    /// What is taken of a submission that `make` has made.
    fn taken(make: impl FnOnce(&Path)) -> Result<Text, String> {
        let (_folder, catalog) = project();
        let room = tempfile::tempdir().unwrap();
        fs::create_dir_all(room.path().join("exercises/01_sums/src")).unwrap();
        make(room.path());
        let submission = Submission::read(room.path(), &catalog, &[&catalog.exercises[0]])?;
        Ok(submission.texts.into_iter().next().unwrap().1)
    }

    fn reason(make: impl FnOnce(&Path)) -> String {
        match taken(make) {
            Ok(Text::Refused(reason)) | Err(reason) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_is_taken_as_it_is() {
        let write = |text: &str| taken(|room| fs::write(room.join(FILE), text).unwrap());
        assert_eq!(write("fn one() {}"), Ok(Text::Written("fn one() {}".to_owned())));
        assert_eq!(write(""), Ok(Text::Written(String::new())));
        let stub = "//! One.\npub fn one() -> u32 {\n    todo!()\n}\n";
        assert_eq!(write(stub), Ok(Text::AsShipped));
        assert_eq!(write(&stub.replace('\n', "\r\n")), Ok(Text::AsShipped));
        assert_eq!(taken(|_| {}), Ok(Text::Missing));
    }

    #[test]
    fn nothing_but_a_short_file_of_text_is_taken() {
        let reasons = [
            reason(|room| symlink("/dev/zero", room.join(FILE)).unwrap()),
            reason(|room| {
                fs::rename(room.join("exercises/01_sums"), room.join("elsewhere")).unwrap();
                fs::write(room.join("elsewhere/src/e1_one.rs"), "fn one() {}").unwrap();
                symlink("../elsewhere", room.join("exercises/01_sums")).unwrap();
            }),
            reason(|room| mkfifo(&room.join(FILE), Mode::S_IRUSR).unwrap()),
            reason(|room| fs::create_dir(room.join(FILE)).unwrap()),
            reason(|room| fs::write(room.join(FILE), vec![b' '; 1 << 20]).unwrap()),
            reason(|room| fs::write(room.join(FILE), b"\xff").unwrap()),
            reason(|room| fs::write(room.join(FILE), "#[unsafe(no_mangle)]").unwrap()),
            reason(|room| fs::remove_dir_all(room.join("exercises")).unwrap()),
            reason(|room| {
                fs::remove_dir_all(room).unwrap();
                fs::write(room, "").unwrap();
            }),
            reason(|room| fs::remove_dir_all(room).unwrap()),
        ];
        insta::assert_snapshot!(reasons.join("\n"), @"
        it is, or lies behind, a link
        it is, or lies behind, a link
        it is no file
        it is no file
        it is longer than 256 KiB
        it is not UTF-8
        it says `no_mangle`, which can run code before the tests begin; take the word out
        it has no folder `exercises`, so it is no copy of the course
        it is no folder
        it is not there
        ");
    }
}
