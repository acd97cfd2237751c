//! How many bytes a pipe takes before it makes its writer wait.

use std::io::{PipeWriter, Write, pipe};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::write;

// ANCHOR: main
fn main() {
    println!("a new pipe holds {}", bytes_until_full(None));
    for wish in [4096, 5000] {
        println!("asked to hold {wish}, it holds {}", bytes_until_full(Some(wish)));
    }
}

fn bytes_until_full(capacity: Option<i32>) -> usize {
    let (_reader, writer) = pipe().unwrap();
    if let Some(bytes) = capacity {
        fcntl(&writer, FcntlArg::F_SETPIPE_SZ(bytes)).unwrap();
    }
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    let count = (0..).take_while(|_| (&writer).write(b"x").is_ok()).count();
    assert_eq!(errno_of_a_write(&writer), Errno::EAGAIN);
    count
}
// ANCHOR_END: main

fn errno_of_a_write(writer: &PipeWriter) -> Errno {
    write(writer, b"x").expect_err("the pipe is full")
}
