//! One process sleeps on a word that it shares, another wakes. By what does the kernel know the word?

#[path = "../../../exercises/10_shared_memory/src/given/cell.rs"]
#[expect(dead_code, reason = "this program shares with children alone")]
mod cell;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use nix::libc::{_exit, FUTEX_PRIVATE_FLAG, FUTEX_WAIT, FUTEX_WAKE, SYS_futex, c_long, syscall};
use nix::sys::{signal, wait::waitpid};
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
fn main() {
    for (sleeps, wakes) in [("shared", "shared"), ("private", "shared"), ("private", "private")] {
        let words = cell::SharedCell::<[AtomicU32; 2]>::anonymous().unwrap();
        let [word, ready] = &*words;
        // SAFETY: this process has one thread.
        let ForkResult::Parent { child } = unsafe { fork() }.unwrap() else {
            ready.store(1, SeqCst);
            futex(word, FUTEX_WAIT, sleeps, 0);
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { _exit(0) }
        };
        // Field 3 of the line is S when the child sleeps; its name has no spaces.
        let stat = || std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap();
        while ready.load(SeqCst) == 0 || stat().split(' ').nth(2) != Some("S") {}
        let woken = futex(word, FUTEX_WAKE, wakes, 1);
        println!("{sleeps:7} sleeper, {wakes:7} wake-up: {woken} woken");
        signal::kill(child, signal::SIGKILL).unwrap();
        waitpid(child, None).unwrap();
    }
}

fn futex(word: &AtomicU32, call: i32, key: &str, value: u32) -> c_long {
    let call = if key == "private" { call | FUTEX_PRIVATE_FLAG } else { call };
    // SAFETY: the word stays mapped for as long as the call, and there is no time-out.
    unsafe { syscall(SYS_futex, word.as_ptr(), call, value, std::ptr::null::<u8>()) }
}
// ANCHOR_END: main
