//! A blocked signal waits, as one bit; an ignored one is thrown away.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::libc::c_int;
use nix::sys::signal::{SigHandler, SigSet, Signal, raise, signal};

// ANCHOR: main
static RUNS: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(_: c_int) {
    // Relaxed: this process has one thread.
    RUNS.fetch_add(1, Relaxed);
}

fn main() {
    let usr1 = SigSet::from(Signal::SIGUSR1);
    on_usr1(SigHandler::Handler(count));
    send(3, "handled");

    usr1.thread_block().unwrap();
    send(3, "blocked");
    usr1.thread_unblock().unwrap();
    send(0, "unblocked");

    on_usr1(SigHandler::SigIgn);
    send(3, "ignored");
    on_usr1(SigHandler::Handler(count));
    send(0, "handled again");
}

fn on_usr1(handler: SigHandler) {
    // SAFETY: `count` only changes an atomic number.
    unsafe { signal(Signal::SIGUSR1, handler) }.unwrap();
}

fn send(times: u32, when: &str) {
    (0..times).for_each(|_| raise(Signal::SIGUSR1).unwrap());
    println!("{when:13} sent: {times}  runs of the handler: {}", RUNS.swap(0, Relaxed));
}
// ANCHOR_END: main
