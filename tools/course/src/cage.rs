//! Runs somebody else's code so that it can neither read what is not meant for it, nor change what
//! stays, nor leave anything running.
//!
//! A [`Cage`] puts `course contained` before a command. That program enters namespaces of its own
//! (namespaces(7)) and starts the command in them: the references, and for tests the folders of the
//! users, are not there; tests can write nothing but what goes with them; what they start ends with
//! them; and there is no network but the one inside. Where root runs it, tests run as an ordinary
//! user.

mod contained;
mod mounts;
mod network;
mod rest;
mod tree;
mod wait;

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use nix::unistd::geteuid;
use tempfile::TempDir;

pub use contained::{Contained, run};
pub use wait::TOO_LONG;

use crate::stop::Stop;

/// The user that runs tests where root grades: "nobody", with no file of its own.
const NOBODY: u32 = 65_534;

/// Where, and for how long, commands run.
#[derive(Debug, Clone)]
pub struct Cage {
    /// This program.
    pub program: PathBuf,
    /// Folders that are not to be seen.
    pub hidden: Vec<PathBuf>,
    /// The folder, perhaps within hidden ones, that is to be seen. Builds write to it.
    pub open: PathBuf,
    /// The longest that a command may take.
    pub limit: Duration,
    /// Without namespaces there is the limit, and what is left running is ended.
    pub namespaces: bool,
}

impl Cage {
    /// A command that builds, as the user who asks for it: no code that is built runs meanwhile.
    pub fn build(&self, program: impl AsRef<Path>) -> Command {
        let mut command = self.command();
        command.arg("--").arg(program.as_ref());
        command
    }

    /// A command that runs tests. They can write to `room`, which [`Cage::room`] has made.
    pub fn tests(&self, program: impl AsRef<Path>, room: &Path) -> Command {
        let mut command = self.command();
        command.arg("--room").arg(room).arg("--").arg(program.as_ref());
        command
    }

    /// A folder for the tests, which goes with the value.
    ///
    /// # Errors
    ///
    /// Fails where the folder cannot be made.
    pub fn room(&self) -> Result<TempDir> {
        let rooms = self.open.join("rooms");
        let cannot = || format!("cannot make a folder in {}", rooms.display());
        fs::create_dir_all(&rooms).with_context(cannot)?;
        let room = tempfile::tempdir_in(&rooms).with_context(cannot)?;
        if self.namespaces && geteuid().is_root() {
            chown(room.path(), Some(NOBODY), Some(NOBODY)).with_context(cannot)?;
        }
        // Only root and the tests come here.
        fs::set_permissions(room.path(), fs::Permissions::from_mode(0o700)).with_context(cannot)?;
        Ok(room)
    }

    /// Makes sure that this system has what it takes.
    ///
    /// # Errors
    ///
    /// Fails where it has not, and says why.
    pub fn ensure_works(&self, stop: &Stop) -> Result<()> {
        let room = self.room()?;
        let mut command = self.tests("true", room.path());
        // Where this program was started may be hidden.
        command.current_dir(&self.open);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let output = stop.spawn(&mut command)?.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        let reason = said.trim().trim_start_matches("error: ");
        ensure!(
            output.status.success(),
            "this system gives submissions no place of their own ({reason}); on a machine that may \
             be lost, such as the runner of a class, grade with --uncontained"
        );
        Ok(())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("contained").arg("--open").arg(&self.open);
        for hidden in &self.hidden {
            command.arg("--hidden").arg(hidden);
        }
        command.args(["--limit-s", &self.limit.as_secs().max(1).to_string()]);
        if !self.namespaces {
            command.arg("--without-namespaces");
        }
        command
    }
}
