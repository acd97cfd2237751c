//! A pipe is handed to a program that has inherited none of it.

use std::io::{IoSlice, IoSliceMut, Read, Result, Write, pipe};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::{env, fs, process};

use nix::cmsg_space;
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};

// ANCHOR: main
fn main() -> Result<()> {
    if let Some(path) = env::args().nth(1) {
        return stranger(&UnixStream::connect(path)?);
    }
    let path = env::temp_dir().join(format!("streams-{}.socket", process::id()));
    let door = UnixListener::bind(&path)?;
    let mut stranger = process::Command::new(env::current_exe()?).arg(&path).spawn()?;
    let (visitor, _) = door.accept()?;
    fs::remove_file(path)?;

    let (mut reader, writer) = pipe()?;
    let (byte, ends) = ([IoSlice::new(b"!")], [writer.as_raw_fd()]);
    let rights = [ControlMessage::ScmRights(&ends)];
    sendmsg::<()>(visitor.as_raw_fd(), &byte, &rights, MsgFlags::empty(), None)?;
    drop(writer);
    let mut text = String::new();
    reader.read_to_string(&mut text)?;
    println!("from the pipe: {text} ({})", stranger.wait()?);
    Ok(())
}

fn stranger(socket: &UnixStream) -> Result<()> {
    let (mut space, mut byte) = (cmsg_space!(RawFd), [0]);
    let (mut parts, no_flags) = ([IoSliceMut::new(&mut byte)], MsgFlags::empty());
    let got = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut space), no_flags)?;
    let Some(ControlMessageOwned::ScmRights(ends)) = got.cmsgs()?.next() else { return Ok(()) };
    // SAFETY: the kernel has made this descriptor for us, and nobody else here knows its number.
    fs::File::from(unsafe { OwnedFd::from_raw_fd(ends[0]) }).write_all(b"hello from a stranger")
}
// ANCHOR_END: main
