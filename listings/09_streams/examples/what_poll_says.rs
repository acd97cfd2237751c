//! What poll says of the two ends of a pipe, in each of its states.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::os::fd::AsFd;

use nix::fcntl::{FcntlArg, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

// ANCHOR: main
fn main() {
    let (mut reader, mut writer) = pipe().unwrap();
    fcntl(&writer, FcntlArg::F_SETPIPE_SZ(4096)).unwrap();
    println!("empty:            reader {}, writer {}", say(&reader), say(&writer));
    writer.write_all(&[0; 4096]).unwrap();
    println!("full:             reader {}, writer {}", say(&reader), say(&writer));
    drop(writer);
    println!("writer gone:      reader {}", say(&reader));
    reader.read_exact(&mut [0; 4096]).unwrap();
    println!("and all read:     reader {}", say(&reader));

    let (reader, writer): (PipeReader, PipeWriter) = pipe().unwrap();
    drop(reader);
    println!("reader gone:      writer {}", say(&writer));
}

fn say(end: &impl AsFd) -> String {
    let mut watched = [PollFd::new(end.as_fd(), PollFlags::POLLIN | PollFlags::POLLOUT)];
    poll(&mut watched, PollTimeout::ZERO).unwrap();
    let names: Vec<_> = watched[0].revents().unwrap().iter_names().map(|(name, _)| name).collect();
    if names.is_empty() { "-".to_owned() } else { names.join("|") }
}
// ANCHOR_END: main
