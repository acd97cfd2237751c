//! A child ends between the check and the sleep. Whether the sleep ends is a matter of the mask.

use nix::libc::{_exit, c_int};
use nix::poll::ppoll;
use nix::sys::signal::{SigHandler, SigSet, Signal, kill, signal};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{ForkResult, fork, pause};

extern "C" fn do_nothing(_: c_int) {}

// ANCHOR: main
fn main() {
    // SAFETY: the handler does nothing.
    unsafe { signal(Signal::SIGCHLD, SigHandler::Handler(do_nothing)) }.unwrap();
    println!("SIGCHLD not blocked: {}", check_then_sleep());
    SigSet::from(Signal::SIGCHLD).thread_block().unwrap();
    println!("SIGCHLD blocked:     {}", check_then_sleep());
}

fn check_then_sleep() -> &'static str {
    // SAFETY: this process has one thread.
    let ForkResult::Parent { child } = unsafe { fork() }.unwrap() else {
        pause();
        // SAFETY: `_exit` takes any code and does not return.
        unsafe { _exit(0) }
    };
    // The check: the child lives.
    let status = waitpid(child, Some(WaitPidFlag::WNOHANG));
    assert!(matches!(status, Ok(WaitStatus::StillAlive)));

    // The gap: here, of all moments, the child ends.
    kill(child, Signal::SIGKILL).unwrap();
    waitid(Id::Pid(child), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();

    // The sleep, which blocks no signal while it lasts.
    let limit = std::time::Duration::from_millis(200).into();
    let slept = ppoll(&mut [], Some(limit), Some(SigSet::empty()));
    waitpid(child, None).unwrap();
    if slept == Ok(0) { "nothing ends the sleep" } else { "the signal ends the sleep" }
}
// ANCHOR_END: main
