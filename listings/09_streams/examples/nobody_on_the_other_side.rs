//! The two ways to find that the other side of a pipe has gone: the end, and `EPIPE`.

use std::io::{Read, Write, pipe};
use std::process::{Command, Stdio};

// ANCHOR: main
fn main() {
    let (mut reader, mut writer) = pipe().unwrap();
    writer.write_all(b"last words").unwrap();
    drop(writer);
    println!("the writer has gone: read {:?}", reader.read(&mut [0; 100]));
    println!("                     read {:?}", reader.read(&mut [0; 100]));

    let (reader, mut writer) = pipe().unwrap();
    drop(reader);
    println!("the reader has gone: write {:?}", writer.write(b"hello?").map_err(|e| e.kind()));

    // `yes` prints lines for ever, and SIGPIPE is as the system has it.
    let mut yes = Command::new("yes").stdout(Stdio::piped()).spawn().unwrap();
    drop(yes.stdout.take());
    println!("another program:     {}", yes.wait().unwrap());
}
// ANCHOR_END: main
