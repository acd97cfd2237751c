//! A result comes by a pipe, and a pipe that ends without one tells something as well.

use std::io::{Read, Write, pipe};

use nix::libc::_exit;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
fn main() {
    for answer in [Some(70_000_u32), None] {
        let (mut reader, mut writer) = pipe().unwrap();
        // SAFETY: this process has one thread.
        match unsafe { fork() }.unwrap() {
            ForkResult::Child => {
                if let Some(answer) = answer {
                    writer.write_all(&answer.to_ne_bytes()).unwrap();
                }
                // SAFETY: `_exit` takes any code and does not return.
                unsafe { _exit(0) }
            }
            ForkResult::Parent { child } => {
                drop(writer); // Else the pipe would never end.
                let mut bytes = Vec::new();
                reader.read_to_end(&mut bytes).unwrap();
                waitpid(child, None).unwrap();
                let received = bytes.try_into().map(u32::from_ne_bytes);
                println!("exit code 0, result {:?}", received.ok());
            }
        }
    }
}
// ANCHOR_END: main
