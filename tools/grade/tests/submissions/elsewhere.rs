//! Panics that the thread of the test does not see.

use std::thread;

use nix::unistd::{ForkResult, fork};

#[grade::test]
fn panic_on_a_thread_that_nobody_joins() {
    let worker = thread::Builder::new().name("worker".to_owned());
    let handle = worker.spawn(|| panic!("nobody joins me")).unwrap();
    // The thread must have panicked before the test ends.
    while !handle.is_finished() {
        thread::yield_now();
    }
}

#[grade::test]
fn panic_in_a_forked_child() {
    // SAFETY: the body has one thread.
    match unsafe { fork() }.unwrap() {
        ForkResult::Parent { child } => drop(nix::sys::wait::waitpid(child, None).unwrap()),
        ForkResult::Child => panic!("in a child"),
    }
}
