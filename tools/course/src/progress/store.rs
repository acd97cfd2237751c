//! Keeps the progress in `.course/progress.json`.
//!
//! The file is written to a temporary one and renamed, under a lock, so that two running copies
//! neither tear it nor undo each other's entries. A file that cannot be read is moved aside.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::fcntl::{Flock, FlockArg};

use super::{Entry, Progress, now};
use crate::catalog::Exercise;
use crate::words;

/// The form of the file; another number means that another version of the course wrote it.
const VERSION: u32 = 1;

/// The folder of the progress.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The progress of the workspace at `root`.
    pub fn of(root: &Path) -> Store {
        Store { folder: root.join(".course") }
    }

    /// Where copies of the learner's files are kept.
    pub fn kept(&self) -> PathBuf {
        self.folder.join("kept")
    }

    /// Reads the progress.
    ///
    /// # Errors
    ///
    /// Fails where the folder cannot be used.
    pub fn read(&self) -> Result<Progress> {
        let _lock = self.lock()?;
        self.load()
    }

    /// Changes what is recorded of an exercise, and returns the whole.
    ///
    /// # Errors
    ///
    /// Fails where the folder cannot be used; the file is as it was before, then.
    pub fn change(&self, exercise: &Exercise, change: impl FnOnce(&mut Entry)) -> Result<Progress> {
        let _lock = self.lock()?;
        let mut progress = self.load()?;
        change(progress.entry(exercise));
        self.save(&progress)?;
        Ok(progress)
    }

    fn file(&self) -> PathBuf {
        self.folder.join("progress.json")
    }

    fn lock(&self) -> Result<Flock<File>> {
        let file = self.folder.join("lock");
        let cannot = || format!("cannot use {}", file.display());
        fs::create_dir_all(&self.folder).with_context(cannot)?;
        let opened = File::create(&file).with_context(cannot)?;
        Flock::lock(opened, FlockArg::LockExclusive)
            .map_err(|(_, error)| error)
            .with_context(cannot)
    }

    fn load(&self) -> Result<Progress> {
        let file = self.file();
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Progress { version: VERSION, ..Progress::default() });
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", file.display()));
            }
        };
        match serde_json::from_slice::<Progress>(&bytes) {
            Ok(progress) if progress.version == VERSION => Ok(progress),
            _ => self.move_aside(&file),
        }
    }

    fn move_aside(&self, file: &Path) -> Result<Progress> {
        let aside = (0..)
            .map(|number| self.folder.join(format!("progress.unreadable-{}-{number}.json", now())))
            .find(|path| !path.exists())
            .context("some name is free")?;
        fs::rename(file, &aside).with_context(|| format!("cannot move {}", file.display()))?;
        let name = |path: &Path| path.file_name().unwrap_or_default().display().to_string();
        eprint!("{}", words::progress_moved_aside(&name(file), &name(&aside)));
        Ok(Progress { version: VERSION, ..Progress::default() })
    }

    fn save(&self, progress: &Progress) -> Result<()> {
        let file = self.file();
        // One name is enough under the lock, and what a killed copy leaves is written over.
        let new = file.with_extension("json.new");
        let cannot = || format!("cannot write {}", file.display());
        let mut text = serde_json::to_vec_pretty(progress)?;
        text.push(b'\n');
        let mut written = File::create(&new).with_context(cannot)?;
        written.write_all(&text).and_then(|()| written.sync_all()).with_context(cannot)?;
        fs::rename(&new, &file).with_context(cannot)
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::catalog::Catalog;
    use crate::verify::fixture::project;

    #[test]
    fn the_first_pass_is_kept() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        store.change(exercise, |entry| entry.attempted(false)).unwrap();
        store.change(exercise, |entry| entry.attempted(true)).unwrap();
        let solved = store.read().unwrap().of(exercise).solved_unix_s;
        store.change(exercise, |entry| entry.attempted(false)).unwrap();
        let entry = store.read().unwrap().of(exercise);
        assert_eq!((entry.attempts, entry.solved_unix_s), (3, solved));
        assert!(solved.is_some());
    }

    #[test]
    fn numbers_at_their_limit_are_no_trouble() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        let full = Entry { attempts: u32::MAX, hints: usize::MAX, ..Entry::default() };
        store.change(exercise, |entry| *entry = full).unwrap();
        let progress = store.change(exercise, |entry| entry.attempted(true)).unwrap();
        assert_eq!(progress.of(exercise).attempts, u32::MAX);
    }

    #[test]
    fn what_a_killed_copy_leaves_is_written_over() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        fs::create_dir_all(&store.folder).unwrap();
        fs::write(store.folder.join("progress.json.new"), "{ longer than what follows".repeat(99))
            .unwrap();
        store.change(exercise, |entry| entry.attempted(true)).unwrap();
        assert!(store.read().unwrap().is_solved(exercise));
        let left = fs::read_dir(&store.folder).unwrap().count();
        assert_eq!(left, 2, "the lock and the progress");
    }

    #[test]
    fn side_by_side_changes_are_all_kept() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        store.change(exercise, |entry| entry.attempts += 1).unwrap();
                    }
                });
            }
        });
        assert_eq!(store.read().unwrap().of(exercise).attempts, 20);
    }

    #[test]
    fn what_cannot_be_read_is_moved_aside() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        for (number, broken) in
            ["", "{\"version\": 1, \"exer", "[1, 2]", "{\"version\": 99}"].into_iter().enumerate()
        {
            fs::create_dir_all(&store.folder).unwrap();
            fs::write(store.file(), broken).unwrap();
            assert_eq!(store.read().unwrap().of(exercise), Entry::default());
            let names =
                fs::read_dir(&store.folder).unwrap().map(|entry| entry.unwrap().file_name());
            let aside = names.filter(|name| name.to_string_lossy().contains("unreadable")).count();
            assert_eq!(aside, number + 1, "{broken:?} is kept");
        }
    }

    /// Names the project in which `writes_until_killed` writes.
    const PROJECT: &str = "COURSE_TEST_PROJECT";

    #[test]
    #[ignore = "ends by a kill; the test below starts it"]
    fn writes_until_killed() {
        let catalog = Catalog::of(Path::new(&env::var_os(PROJECT).unwrap())).unwrap();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        println!("begins");
        loop {
            store.change(exercise, |entry| entry.attempts += 1).unwrap();
        }
    }

    #[test]
    fn a_kill_at_any_moment_loses_nothing() {
        let (_folder, catalog) = project();
        let (exercise, store) = (&catalog.exercises[0], Store::of(&catalog.root));
        let mut attempts = 0;
        for kill in 0..100 {
            let mut writer = Command::new(env::current_exe().unwrap())
                .args(["progress::store::tests::writes_until_killed", "--exact"])
                .args(["--ignored", "--nocapture"])
                .env(PROJECT, &catalog.root)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let output = BufReader::new(writer.stdout.take().unwrap());
            assert!(output.lines().any(|line| line.unwrap().ends_with("begins")));
            // The moment differs from kill to kill: a write takes some hundred microseconds.
            thread::sleep(Duration::from_micros(37 * kill));
            writer.kill().unwrap();
            writer.wait().unwrap();

            let text = fs::read(store.file()).unwrap_or_else(|_| b"{}".to_vec());
            serde_json::from_slice::<serde_json::Value>(&text).unwrap();
            let now = store.read().unwrap().of(exercise).attempts;
            assert!(now >= attempts, "{attempts} attempts before kill {kill}, {now} after it");
            attempts = now;
        }
        assert!(attempts > 0);
        let names = fs::read_dir(&store.folder).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(names.into_iter().all(|name| !name.to_string_lossy().contains("unreadable")));
    }
}
