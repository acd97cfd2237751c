//! The devices that tests use are tested where they are used: in a graded test.

use std::fs::File;
use std::io;

use grade::alloc::{CODE, Watch, WatchedAllocator};
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
