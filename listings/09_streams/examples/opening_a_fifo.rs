//! What it takes to open a FIFO, and when its end comes.

use std::fs::{File, OpenOptions, remove_file};
use std::io::{Read, Result, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::{env, process};

use nix::errno::Errno;
use nix::libc::O_NONBLOCK;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

// ANCHOR: main
fn main() -> Result<()> {
    let path = env::temp_dir().join(format!("streams-{}.opening", process::id()));
    mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR)?;
    let open = |how: &mut OpenOptions| how.custom_flags(O_NONBLOCK).open(&path);

    println!("a writer, nobody reads:  {:?}", errno(open(File::options().write(true))));
    let mut reader = open(File::options().read(true))?;
    println!("a reader, nobody writes: opened; read {:?}", errno(reader.read(&mut [0; 9])));
    let mut writer = open(File::options().write(true))?;
    println!("a writer is there:       read {:?}", errno(reader.read(&mut [0; 9])));
    writer.write_all(b"hello")?;
    drop(writer);
    println!("it has written and left: read {:?}", errno(reader.read(&mut [0; 9])));
    println!("                         read {:?}", errno(reader.read(&mut [0; 9])));

    let both = open(File::options().read(true).write(true))?;
    println!("one opened for both:     read {:?}", errno(reader.read(&mut [0; 9])));
    drop(both);
    remove_file(path)
}

fn errno<T>(result: Result<T>) -> std::result::Result<T, Errno> {
    result.map_err(|error| Errno::from_raw(error.raw_os_error().unwrap_or(0)))
}
// ANCHOR_END: main
