//! Whoever lists descriptors has one more while it lists.

use std::{fs, io};

fn main() -> io::Result<()> {
    let mut listed = Vec::new();
    for entry in fs::read_dir("/proc/self/fd")? {
        listed.push(entry?.path());
    }
    let gone = listed.iter().filter(|path| fs::read_link(path).is_err()).count();
    println!("listed, and closed since: {gone}");
    Ok(())
}
