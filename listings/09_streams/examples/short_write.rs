//! A write that must not wait takes what fits, and a read brings what is there.

use std::io::{Read, Write, pipe};

use nix::fcntl::{FcntlArg, OFlag, fcntl};

// ANCHOR: main
fn main() {
    let (mut reader, mut writer) = pipe().unwrap();
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    let mebibyte = vec![b'x'; 1 << 20];

    println!("write 1048576: {:?}", writer.write(&mebibyte));
    println!("the rest:      {:?}", writer.write(&mebibyte[65536..]).map_err(|e| e.kind()));

    println!("read 100000:   {:?}", reader.read(&mut [0; 100_000]));
    for _ in 0..3 {
        writer.write_all(b"ten bytes!").unwrap();
    }
    println!("read 25:       {:?}", reader.read(&mut [0; 25]));
    println!("read 25:       {:?}", reader.read(&mut [0; 25]));
    drop(writer);
    println!("read 25:       {:?}", reader.read(&mut [0; 25]));
}
// ANCHOR_END: main
