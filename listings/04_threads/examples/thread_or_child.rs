//! The same three changes, made by a thread and by a child: which of them does the maker see?

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::{env, thread};

use nix::{libc::_exit, sys::wait::waitpid, unistd};

// ANCHOR: main
static IN_MEMORY: AtomicU32 = AtomicU32::new(0);
thread_local! { static IN_THE_THREAD: Cell<u32> = const { Cell::new(0) } }

fn change_all() {
    // Relaxed: whoever made us looks after our end.
    IN_MEMORY.store(1, Relaxed);
    IN_THE_THREAD.set(1);
    env::set_current_dir("/proc").expect("there is a /proc");
}

fn look(who: &str) {
    let seen = |seen| if seen { "seen" } else { "not seen" };
    println!("by {who}");
    println!("  static variable    {}", seen(IN_MEMORY.load(Relaxed) == 1));
    println!("  thread-local       {}", seen(IN_THE_THREAD.get() == 1));
    println!("  working directory  {}", seen(env::current_dir().unwrap().as_os_str() == "/proc"));
}

fn main() {
    // SAFETY: this process has one thread.
    match unsafe { unistd::fork() }.unwrap() {
        unistd::ForkResult::Child => {
            change_all();
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { _exit(0) }
        }
        unistd::ForkResult::Parent { child } => waitpid(child, None).unwrap(),
    };
    look("a child");
    thread::spawn(change_all).join().unwrap();
    look("a thread");
}
// ANCHOR_END: main
