//! A write copies the bytes into the kernel; vmsplice lends it the page.

use std::io::{PipeWriter, Read, Write, pipe};
use std::os::fd::AsRawFd;

use nix::libc::{iovec, vmsplice};

// ANCHOR: main
fn main() {
    println!("write:    the reader finds {:?}", changed_after(copy));
    println!("vmsplice: the reader finds {:?}", changed_after(lend));
}

fn changed_after(send: fn(&PipeWriter, &mut [u8])) -> String {
    let (mut reader, writer) = pipe().unwrap();
    let mut text = *b"before";
    send(&writer, &mut text);
    text.copy_from_slice(b"after!");
    drop(writer);
    let mut found = String::new();
    reader.read_to_string(&mut found).unwrap();
    found
}

fn copy(mut writer: &PipeWriter, text: &mut [u8]) {
    writer.write_all(text).unwrap();
}

fn lend(writer: &PipeWriter, text: &mut [u8]) {
    let part = iovec { iov_base: text.as_mut_ptr().cast(), iov_len: text.len() };
    // SAFETY: `part` is one part, and its bytes live until they have been read.
    let lent = unsafe { vmsplice(writer.as_raw_fd(), &part, 1, 0) };
    assert_eq!(lent, 6, "all of it");
}
// ANCHOR_END: main
