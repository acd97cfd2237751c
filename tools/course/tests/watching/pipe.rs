//! A pipe that tells whether processes live: it ends when the last that was lent an end has gone.

use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};

use crate::is_readable;

/// Has the program and all that it starts hold the end open, and the command, too.
pub fn lend(mut command: Command, end: PipeWriter) -> Command {
    // SAFETY: fcntl is allowed between fork and exec.
    unsafe {
        command.pre_exec(move || {
            fcntl(&end, FcntlArg::F_SETFD(FdFlag::empty()))?;
            Ok(())
        });
    }
    command
}

/// Rust code that writes a letter to the end that was lent, and then never ends.
pub fn hangs(end: &PipeWriter) -> String {
    let file = format!("/dev/fd/{}", end.as_raw_fd());
    format!("std::fs::write(\"{file}\", \"x\").unwrap();\n    loop {{ std::thread::park(); }}")
}

/// The letter that comes next, or `None` where nobody holds the other end any more.
///
/// # Panics
///
/// Panics where neither happens.
pub fn read_one(pipe: &mut PipeReader) -> io::Result<Option<u8>> {
    assert!(is_readable(pipe), "nobody writes to the pipe, and somebody holds it open");
    let mut letter = [0];
    let count = pipe.read(&mut letter)?;
    Ok((count > 0).then_some(letter[0]))
}
