//! A copy of a descriptor has the same position in the file; a second open has its own.

use std::fs::File;
use std::io::{self, Read};

fn main() -> io::Result<()> {
    let first = File::open("/proc/version")?;
    let copy = first.try_clone()?; // a call of dup, in essence
    let second = File::open("/proc/version")?;

    println!("first open:  {:?}", five_bytes(first)?);
    println!("its copy:    {:?}", five_bytes(copy)?);
    println!("second open: {:?}", five_bytes(second)?);
    Ok(())
}

fn five_bytes(mut file: File) -> io::Result<String> {
    let mut bytes = [0; 5];
    file.read_exact(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
