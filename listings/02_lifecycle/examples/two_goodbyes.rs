//! A child that returns drops what belongs to its parent.

use std::env::temp_dir;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process;

use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
/// A file that lives as long as this value.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // An error means that the file is gone already.
        let removed = fs::remove_file(&self.0);
        println!("drop: removed the file: {}", removed.is_ok());
    }
}

fn main() {
    let scratch = Scratch(temp_dir().join(format!("two_goodbyes_{}", process::id())));
    File::create(&scratch.0).expect("the temporary folder can be written to");

    // SAFETY: this process has one thread.
    match unsafe { fork() }.expect("there is room for one more process") {
        ForkResult::Child => println!("child: I leave this function"),
        ForkResult::Parent { child } => {
            waitpid(child, None).expect("the child can be waited for");
            println!("parent: my file is still there: {}", scratch.0.exists());
        }
    }
}
// ANCHOR_END: main
