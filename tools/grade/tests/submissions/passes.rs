//! Right answers, whatever they look like.

use std::io;
use std::thread;

#[grade::test]
fn nothing() {}

#[grade::test]
fn prints() {
    println!("some output");
}

#[grade::test]
fn ok() -> Result<(), io::Error> {
    Ok(())
}

#[grade::test(should_panic = "out of cheese")]
fn expected_panic() {
    panic!("error 404: out of cheese");
}

#[grade::test(panics_ok = true)]
fn panic_on_a_joined_thread_that_is_allowed() {
    thread::spawn(|| panic!("elsewhere")).join().unwrap_err();
}

#[grade::test]
fn a_panic_hook_that_is_put_back() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    std::panic::catch_unwind(|| panic!("quietly")).unwrap_err();
    std::panic::set_hook(usual);
}

#[grade::test]
fn has_one_thread() {
    assert_eq!(std::fs::read_dir("/proc/self/task").unwrap().count(), 1);
}

#[grade::test(leftovers_ok = true)]
fn leftover_that_is_allowed() {
    let child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    std::mem::forget(child);
}

#[grade::test]
fn is_interrupted_by_a_storm() {
    let storm = grade::storm::SignalStorm::start().unwrap();
    while storm.interruptions() < 3 {
        std::hint::spin_loop();
    }
}

#[grade::test]
fn can_start_no_process_in_tight_times() {
    grade::tight::no_new_processes().unwrap();
    // SAFETY: the body has one thread.
    let refused = unsafe { nix::unistd::fork() }.err();
    assert_eq!(refused, Some(nix::errno::Errno::EAGAIN));
    assert!(std::process::Command::new("true").status().is_err());
}
