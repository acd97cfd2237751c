//! Two children of one process talk through a pipe, and their parent takes no part.

use std::io::{self, PipeReader, PipeWriter, Read, Write};

use nix::libc::_exit;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};

// ANCHOR: main
fn main() -> io::Result<()> {
    let (reader, writer) = io::pipe()?;
    let older = child(|| say(&writer));
    let younger = child(|| {
        drop(writer);
        hear(&reader)
    });
    waitpid(older, None)?;
    waitpid(younger, None)?;
    Ok(())
}

fn say(mut writer: &PipeWriter) -> io::Result<()> {
    writer.write_all(b"hello, sister")
}

fn hear(mut reader: &PipeReader) -> io::Result<()> {
    let mut text = String::new();
    reader.read_to_string(&mut text)?;
    println!("the younger child has heard: {text}");
    Ok(())
}
// ANCHOR_END: main

fn child(work: impl FnOnce() -> io::Result<()>) -> Pid {
    // SAFETY: this process has one thread, so the child may do whatever it likes.
    match unsafe { fork() }.expect("there is room for one more process") {
        ForkResult::Parent { child } => child,
        // SAFETY: the child ends here, and nothing of its parent is dropped a second time.
        ForkResult::Child => unsafe { _exit(i32::from(work().is_err())) },
    }
}
