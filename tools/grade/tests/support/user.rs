//! Lets root run the submissions as an ordinary user.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use tempfile::TempDir;

use super::build::SUBMISSIONS;

/// A user by number, with a copy of the submissions where the user can reach them.
pub struct User {
    number: u32,
    folder: TempDir,
}

impl User {
    /// The user need not have a name on this system. Only root can act for another user.
    pub fn new(number: u32) -> User {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        // By another process: a child that a thread beside us forks at this moment would hold the
        // copy open for writing, and what is open for writing cannot be executed (ETXTBSY).
        let copy = folder.path().join("submissions");
        let copied = Command::new("cp").arg(&*SUBMISSIONS).arg(copy).status().unwrap();
        assert!(copied.success());
        User { number, folder }
    }

    /// A command that runs the submissions as this user.
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.folder.path().join("submissions"));
        command.current_dir(self.folder.path()).uid(self.number).gid(self.number);
        command
    }
}
