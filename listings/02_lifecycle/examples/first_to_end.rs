//! A descriptor for each child becomes readable at its end, and poll waits for all of them.

use std::os::fd::{AsFd, FromRawFd, OwnedFd};
use std::process::{Child, Command, Stdio};

use nix::libc::{SYS_pidfd_open, syscall};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

// ANCHOR: main
fn main() {
    // A `cat` runs until its input ends.
    let mut cats = [(); 2].map(|()| Command::new("cat").stdin(Stdio::piped()).spawn().unwrap());
    let ends = cats.each_ref().map(end_of);

    println!("both run:       {:?}", ended(&ends, PollTimeout::ZERO));
    drop(cats[1].stdin.take());
    println!("when one ended: {:?}", ended(&ends, PollTimeout::NONE));

    for cat in &mut cats {
        cat.wait().unwrap();
    }
}

fn end_of(child: &Child) -> OwnedFd {
    // SAFETY: the call takes two numbers, and returns a descriptor that is ours alone, or -1.
    unsafe {
        let descriptor = syscall(SYS_pidfd_open, child.id(), 0);
        assert!(descriptor >= 0, "a child that nobody has waited for is there");
        OwnedFd::from_raw_fd(descriptor as i32)
    }
}

fn ended(ends: &[OwnedFd; 2], limit: PollTimeout) -> [bool; 2] {
    let mut watched = ends.each_ref().map(|end| PollFd::new(end.as_fd(), PollFlags::POLLIN));
    poll(&mut watched, limit).unwrap();
    watched.map(|end| end.any().unwrap())
}
// ANCHOR_END: main
