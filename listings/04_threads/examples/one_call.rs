//! One call makes a process or something like a thread: its flags say what the two share.

use std::env::{current_dir, set_current_dir};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::sched::{CloneFlags, clone};
use nix::{libc::SIGCHLD, sys::wait::waitpid};

// ANCHOR: main
static NUMBER: AtomicU32 = AtomicU32::new(0);

fn main() {
    let (memory, folder) = (CloneFlags::CLONE_VM, CloneFlags::CLONE_FS);
    println!("                      number  folder");
    for (name, shared) in [
        ("nothing is shared", CloneFlags::empty()),
        ("CLONE_VM", memory),
        ("CLONE_FS", folder),
        ("both", memory | folder),
    ] {
        set_current_dir("/").unwrap();
        // Relaxed: the maker is asleep until the made one has ended.
        NUMBER.store(0, Relaxed);
        make(shared);
        let folder = current_dir().unwrap();
        println!("{name:20}  {:6}  {}", NUMBER.load(Relaxed), folder.display());
    }
}

/// Makes something that changes both, and waits for its end.
fn make(shared: CloneFlags) {
    let change_both = || {
        NUMBER.store(7, Relaxed);
        set_current_dir("/proc").map_or(1, |()| 0)
    };
    let flags = shared | CloneFlags::CLONE_VFORK;
    // SAFETY: CLONE_VFORK stops us until the made one, which has a stack of its own, has ended.
    let made = unsafe { clone(Box::new(change_both), &mut [0; 64 << 10], flags, Some(SIGCHLD)) };
    waitpid(made.unwrap(), None).unwrap();
}
// ANCHOR_END: main
