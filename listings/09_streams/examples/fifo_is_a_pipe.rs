//! A FIFO, once it is open, has the measures of a pipe, and its file stays empty.

use std::fs::{self, File};
use std::io::{Write, pipe};
use std::os::fd::{AsFd, OwnedFd};
use std::{env, process};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::stat::Mode;
use nix::unistd::{PathconfVar, fpathconf, mkfifo};

// ANCHOR: main
fn main() {
    let path = env::temp_dir().join(format!("streams-{}.fifo", process::id()));
    mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    let fifo = File::options().read(true).write(true).open(&path).unwrap();
    let (_reader, writer) = pipe().unwrap();

    println!("pipe: {}", measures(writer.as_fd().try_clone_to_owned().unwrap()));
    println!("FIFO: {}", measures(fifo.as_fd().try_clone_to_owned().unwrap()));
    println!("its file, while it is full: {} bytes", fs::metadata(&path).unwrap().len());
    fs::remove_file(path).unwrap();
}

fn measures(end: OwnedFd) -> String {
    let capacity = fcntl(&end, FcntlArg::F_GETPIPE_SZ).unwrap();
    let atomic = fpathconf(&end, PathconfVar::PIPE_BUF).unwrap().unwrap();
    fcntl(&end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    let mut end = File::from(end);
    let writes = (0..).take_while(|_| end.write(&[0; 4096]).is_ok()).count();
    format!("capacity {capacity}, PIPE_BUF {atomic}, full after {writes} writes of 4096")
}
// ANCHOR_END: main
