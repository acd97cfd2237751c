//! A terminal with the course in it, and somebody who presses keys and reads.

use std::fs::File;
use std::io::{Error, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{LocalFlags, tcgetattr};
use nix::unistd::setsid;

use crate::is_readable;

pub struct Terminal {
    keyboard: File,
    said: String,
    /// How much of it was returned.
    read: usize,
}

impl Terminal {
    /// Starts a program in a new terminal, as its session leader. The command goes, since it holds
    /// the terminal open.
    pub fn start(mut command: Command, columns: u16) -> (Terminal, Child) {
        let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let screen =
            File::options().read(true).write(true).open(ptsname_r(&master).unwrap()).unwrap();
        resize(&screen, columns);
        command
            .stdin(screen.try_clone().unwrap())
            .stdout(screen.try_clone().unwrap())
            .stderr(screen)
            .env("NO_COLOR", "1");
        // SAFETY: both calls are allowed between fork and exec.
        unsafe {
            command.pre_exec(|| {
                setsid()?;
                match libc::ioctl(0, libc::TIOCSCTTY, 0) {
                    0 => Ok(()),
                    _ => Err(Error::last_os_error()),
                }
            });
        }
        let course = command.spawn().unwrap();
        let keyboard = File::from(OwnedFd::from(master));
        (Terminal { keyboard, said: String::new(), read: 0 }, course)
    }

    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    pub fn resize(&self, columns: u16) {
        resize(&self.keyboard, columns);
    }

    /// Waits until the program says something, and returns all up to there that was not yet
    /// returned.
    pub fn until(&mut self, text: &str) -> String {
        loop {
            if let Some(position) = self.said[self.read..].find(text) {
                let end = self.read + position + text.len();
                let said = self.said[self.read..end].to_owned();
                self.read = end;
                return said;
            }
            assert!(self.read_more(), "{text:?} does not come after {:?}", self.said);
        }
    }

    /// Waits for the end of the program, and returns what it has not yet returned, too.
    pub fn end(&mut self, mut course: Child) -> (ExitStatus, String) {
        while self.read_more() {}
        (course.wait().unwrap(), self.said.split_off(self.read))
    }

    /// Whether the terminal gives whole lines, and shows what is typed, as a shell expects it.
    pub fn is_as_before(&self) -> bool {
        let usual = LocalFlags::ICANON | LocalFlags::ECHO;
        tcgetattr(&self.keyboard).unwrap().local_flags.contains(usual)
    }

    /// Reads what comes next; false where nobody holds the screen any more.
    fn read_more(&mut self) -> bool {
        let mut bytes = [0; 4096];
        assert!(is_readable(&self.keyboard), "nothing comes after {:?}", self.said);
        match self.keyboard.read(&mut bytes) {
            // Without the carriage return that a terminal puts before each end of a line.
            Ok(count) => self.said += &String::from_utf8_lossy(&bytes[..count]).replace('\r', ""),
            Err(error) if error.raw_os_error() == Some(libc::EIO) => return false,
            Err(error) => panic!("the terminal cannot be read: {error}"),
        }
        true
    }
}

fn resize(terminal: &File, columns: u16) {
    let size = libc::winsize { ws_row: 30, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the call reads a size, which lives until it returns.
    assert_eq!(unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSWINSZ, &size) }, 0);
}
