//! The devices that tests use are tested where they are used: in a graded test.

use std::fs::File;
use std::io;
use std::thread;
use std::time::Duration;

use grade::alloc::{CODE, Watch, WatchedAllocator};
use grade::cpu::{Mark, spent_by};
use grade::tight::few_descriptors;
use nix::errno::Errno;
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

#[global_allocator]
static ALLOCATOR: WatchedAllocator = WatchedAllocator;

/// Runs `job` in a child that exits with 0 after it; returns how the child ended.
fn end_of_a_child(job: impl FnOnce()) -> WaitStatus {
    // SAFETY: a graded test has one thread.
    match unsafe { fork() }.unwrap() {
        ForkResult::Parent { child } => waitpid(child, None).unwrap(),
        ForkResult::Child => {
            job();
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { libc::_exit(0) }
        }
    }
}

fn code(status: WaitStatus) -> Option<i32> {
    match status {
        WaitStatus::Exited(_, code) => Some(code),
        _ => None,
    }
}

#[grade::test]
fn a_child_that_uses_the_allocator_is_ended_and_named() {
    let mut bytes = Vec::with_capacity(24);
    bytes.resize(24, 7_u8);
    let watch = Watch::start().unwrap();
    assert_eq!(code(end_of_a_child(|| ())), Some(0));
    assert_eq!(watch.broken(), None);

    assert_eq!(code(end_of_a_child(|| drop(Box::new([7_u8; 40])))), Some(CODE));
    assert_eq!(watch.broken().as_deref(), Some("allocated 40 bytes"));
    assert_eq!(code(end_of_a_child(|| bytes.reserve_exact(8))), Some(CODE));
    assert_eq!(watch.broken().as_deref(), Some("resized an allocation to 32 bytes"));
    assert_eq!(code(end_of_a_child(|| drop(bytes))), Some(CODE));
    assert_eq!(watch.broken().as_deref(), Some("freed 24 bytes"));
}

#[grade::test]
fn a_watch_is_for_children_and_ends() {
    let watch = Watch::start().unwrap();
    let here = Box::new(Pid::this());
    drop(watch);
    assert_eq!(code(end_of_a_child(|| drop(Box::new(*here)))), Some(0));
}

#[grade::test(census = true)]
fn so_many_descriptors_can_be_opened_and_no_more() {
    for spare in [0, 1, 5] {
        // A gap among the open descriptors counts as a spare one.
        let gap = File::open("/dev/null").unwrap();
        let above = File::open("/dev/null").unwrap();
        drop(gap);
        let few = few_descriptors(spare).unwrap();
        let opened: Vec<io::Result<File>> = (0..=spare).map(|_| File::open("/dev/null")).collect();
        let errors: Vec<i32> =
            opened.iter().filter_map(|file| file.as_ref().err()?.raw_os_error()).collect();
        assert_eq!(errors, [Errno::EMFILE as i32], "one more than {spare} were asked for");
        drop(few);
        assert!(File::open("/dev/null").is_ok(), "the limit is gone");
        drop(above);
    }
}

/// Enough processor time to be seen, for a clock of which the finest step is a tick.
const BUSY: Duration = Duration::from_millis(30);

#[grade::test]
fn a_wait_costs_one_sleep_and_no_time() {
    let nap = || thread::sleep(Duration::from_millis(100));
    let ((), spent) = spent_by(nap);
    assert!((1..=2).contains(&spent.sleeps), "one wait: {spent:?}");
    assert!(spent.time < BUSY, "one wait: {spent:?}");
}

#[grade::test]
fn a_loop_of_naps_costs_a_sleep_each() {
    let ((), spent) = spent_by(|| {
        for _ in 0..20 {
            thread::sleep(Duration::from_millis(1));
        }
    });
    assert!((20..=22).contains(&spent.sleeps), "twenty naps: {spent:?}");
}

#[grade::test]
fn a_loop_without_a_nap_costs_time_and_no_sleep() {
    let mark = Mark::set();
    while mark.spent().time < BUSY {
        thread::yield_now();
    }
    let spent = mark.spent();
    assert!(spent.sleeps <= 1, "no wait at all: {spent:?}");
}

#[grade::test]
fn other_threads_and_no_other_processes_count() {
    let mark = Mark::set();
    let child = end_of_a_child(|| {
        let busy = Mark::set();
        while busy.spent().time < BUSY {}
    });
    assert_eq!(code(child), Some(0));
    assert!(mark.spent().time < BUSY, "a child was busy: {:?}", mark.spent());

    let busy = Mark::set();
    thread::spawn(move || while busy.spent().time < BUSY {}).join().unwrap();
    assert!(mark.spent().time >= BUSY, "a thread was busy: {:?}", mark.spent());
}
