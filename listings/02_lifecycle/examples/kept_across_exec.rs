//! What a program that is executed gets of its parent's signals.

use std::{fs, process::Command};

use nix::libc::c_int;
use nix::sys::signal::{SigHandler, SigSet, Signal, signal};

extern "C" fn do_nothing(_: c_int) {}

// ANCHOR: main
fn main() {
    SigSet::from(Signal::SIGUSR1).thread_block().unwrap();
    // SAFETY: the handler does nothing.
    unsafe { signal(Signal::SIGUSR2, SigHandler::SigIgn) }.unwrap();
    // SAFETY: as above.
    unsafe { signal(Signal::SIGTERM, SigHandler::Handler(do_nothing)) }.unwrap();

    let here = fs::read_to_string("/proc/self/status").unwrap();
    let program = Command::new("cat").arg("/proc/self/status").output().unwrap();
    let there = String::from_utf8(program.stdout).unwrap();

    for signal in [Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGTERM, Signal::SIGPIPE] {
        println!("{signal} here: {:8} in cat: {}", state(signal, &here), state(signal, &there));
    }
}

fn state(signal: Signal, status: &str) -> &'static str {
    let has_bit = |name: &str| {
        let set = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        u64::from_str_radix(set.trim(), 16).unwrap() & (1 << (signal as u32 - 1)) != 0
    };
    let sets = [("SigBlk:", "blocked"), ("SigIgn:", "ignored"), ("SigCgt:", "handled")];
    sets.iter().find(|(name, _)| has_bit(name)).map_or("default", |(_, state)| state)
}
// ANCHOR_END: main
