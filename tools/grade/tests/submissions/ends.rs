//! Tests that end in other ways than by returning.

use std::hint::black_box;
use std::io::Write;
use std::{process, thread};

use nix::libc;
use nix::unistd::{ForkResult, fork};

#[grade::test(hint = "two and two")]
fn assertion() {
    println!("some output");
    assert_eq!(2 + 2, 5, "the sum is wrong");
}

#[grade::test]
fn todo() {
    todo!("add {} and {}", 2, 2);
}

#[grade::test]
fn error() -> Result<(), std::io::Error> {
    Err(std::io::Error::other("no such luck"))
}

#[grade::test(should_panic = "out of cheese")]
fn no_panic() {}

#[grade::test(should_panic = "out of cheese")]
fn wrong_panic() {
    todo!();
}

#[grade::test(should_panic = "out of cheese")]
fn exit_for_a_panic() {
    process::exit(0);
}

#[grade::test]
fn panic_on_another_thread() {
    thread::Builder::new()
        .name("worker".to_owned())
        .spawn(|| panic!("elsewhere"))
        .unwrap()
        .join()
        .unwrap_err();
}

#[grade::test]
fn panic_behind_a_silent_hook() {
    std::panic::set_hook(Box::new(|_| ()));
    thread::spawn(|| panic!("elsewhere")).join().unwrap_err();
}

#[grade::test]
fn panic_of_the_test_behind_a_silent_hook() {
    std::panic::set_hook(Box::new(|_| ()));
    panic!("here");
}

#[grade::test]
fn exit_0() {
    process::exit(0);
}

#[grade::test]
fn immediate_exit_0() {
    // SAFETY: `_exit` takes any status.
    unsafe { libc::_exit(0) }
}

#[grade::test]
fn abort() {
    process::abort();
}

#[grade::test]
fn segfault() {
    // SAFETY: none: this is the bad access that the test is about.
    unsafe { black_box(8 as *mut u32).write_volatile(1) }
}

#[grade::test]
fn full_stack() {
    fn recurse(n: u64) -> u64 {
        let frame = black_box([n; 64]);
        if n == u64::MAX { 0 } else { recurse(n + 1) + frame[0] }
    }
    recurse(0);
}

#[grade::test(mem_mb = 256)]
fn memory_hog() {
    let mut hoard = Vec::new();
    loop {
        hoard.push(vec![1_u8; 16 << 20]);
    }
}

#[grade::test]
fn flood() {
    let line = [b'x'; 1 << 16];
    for _ in 0..1_000 {
        std::io::stdout().write_all(&line).unwrap();
    }
    panic!("the flood is over");
}

#[grade::test]
fn forges_a_verdict() {
    for descriptor in 0..64 {
        // SAFETY: the bytes are valid; a descriptor that is not open is an error, no more.
        unsafe { libc::write(descriptor, c"pass\n".as_ptr().cast(), 5) };
    }
    println!("test result: ok. 1 passed; 0 failed");
    process::exit(0);
}

fn forked_child_goes_on() -> ForkResult {
    // SAFETY: the body has one thread.
    unsafe { fork() }.unwrap()
}

#[grade::test]
fn forked_child_returns() {
    if let ForkResult::Parent { child } = forked_child_goes_on() {
        nix::sys::wait::waitpid(child, None).unwrap();
    }
}

#[grade::test]
fn forked_child_returns_and_nobody_waits() {
    forked_child_goes_on();
}

#[grade::test]
fn forked_child_fails_an_assertion() {
    if let ForkResult::Child = forked_child_goes_on() {
        assert_eq!(1, 2);
    }
}

#[grade::test(should_panic = "out of cheese")]
fn todo_in_the_wanted_words() {
    todo!("say that the shop is out of cheese");
}

#[grade::test]
fn real_time_signal() {
    // SAFETY: the signal has its default action, which ends the process.
    unsafe { libc::raise(libc::SIGRTMIN()) };
}
