//! Exercise 2.5: `lifecycle::e5_cow_witness`.

#[path = "support/mapping.rs"]
mod mapping;
mod support;

use std::fs;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

use grade::storm::SignalStorm;
use lifecycle::e5_cow_witness::{self, CowReport};
use nix::errno::Errno;
use nix::libc;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, SysconfVar, sysconf};

/// Enough for 16 MiB.
const PAGES: usize = 4096;

/// What a measurement may be off by: the child has a stack and a heap of its own.
const FAULTS: u64 = 64;
const KIB: u64 = 256;

/// Calls `cow_witness` and checks that only the caller comes back from it.
fn witness(pages: usize, touch: usize) -> nix::Result<CowReport> {
    let caller = Pid::this();
    // SAFETY: a graded test has one thread.
    let report = unsafe { e5_cow_witness::cow_witness(pages, touch) };
    assert_eq!(Pid::this(), caller, "the child came back from `cow_witness` to the caller");
    report
}

fn page_size() -> usize {
    sysconf(SysconfVar::PAGE_SIZE).unwrap().unwrap() as usize
}

/// What the caller has mapped, in pages (proc_pid_statm(5)).
fn address_space() -> usize {
    let text = fs::read_to_string("/proc/self/statm").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// Page faults of children that have ended and were waited for.
fn faults_of_children() -> u64 {
    getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().minor_page_faults() as u64
}

#[grade::test(hint = "whose page does the child write to, if the mapping is private?")]
fn step1_a_write_of_the_child_does_not_reach_the_parent() {
    for touch in [0, 1, PAGES] {
        let report = witness(PAGES, touch).unwrap();
        assert!(report.parent_intact, "the child wrote to {touch} pages of a private mapping");
    }
}

#[grade::test(
    hint = "read what is in the pages after the child has ended; what if it were shared?"
)]
fn step1_the_pages_of_the_parent_are_looked_at() {
    mapping::share();
    for touch in [1, PAGES] {
        let report = witness(PAGES, touch).unwrap();
        assert!(
            !report.parent_intact,
            "this test makes the mapping a shared one, so {touch} pages of the parent have changed"
        );
    }
    assert!(witness(PAGES, 0).unwrap().parent_intact, "nothing was written by the child");
}

#[grade::test(hint = "which memory is to be shared until it is written, and by which process?")]
fn step1_the_pages_are_mapped_and_a_child_writes_to_them() {
    let before = faults_of_children();
    witness(PAGES, PAGES).unwrap();
    assert!(
        mapping::mapped() >= PAGES * page_size(),
        "no private anonymous mapping of {PAGES} pages was made"
    );
    let faults = faults_of_children() - before;
    assert!(
        faults >= PAGES as u64,
        "{faults} page faults in all children of the caller: none of them wrote to {PAGES} pages"
    );
}

#[grade::test(
    hint = "each write to a page that is still shared is one fault; what else costs some?"
)]
fn step2_each_page_that_is_written_costs_a_fault() {
    for touch in [0, 1000, PAGES] {
        let counted = witness(PAGES, touch).unwrap().write_faults;
        let wanted = touch as u64..=touch as u64 + FAULTS;
        assert!(
            wanted.contains(&counted),
            "{counted} faults of the child while it wrote to {touch} pages; wanted {wanted:?}"
        );
    }
}

#[grade::test(hint = "the child inherits the page tables; count only what its reads cost")]
fn step2_a_read_costs_no_fault() {
    for touch in [0, PAGES] {
        let counted = witness(PAGES, touch).unwrap().read_faults;
        assert!(
            counted <= FAULTS,
            "{counted} faults of the child while it read {PAGES} pages that were there already"
        );
    }
}

#[grade::test(hint = "every page is read, one byte of each is enough; does the compiler keep it?")]
fn step2_the_child_reads_every_page() {
    mapping::wipe_on_fork();
    for touch in [0, 1000] {
        let report = witness(PAGES, touch).unwrap();
        let (all, wanted) = (PAGES as u64, PAGES as u64..=PAGES as u64 + FAULTS);
        let counted = report.read_faults;
        assert!(
            wanted.contains(&counted),
            "this test makes the mapping start empty in the child, so that each of {all} reads is \
             a fault; counted were {counted}"
        );
        let counted = report.write_faults;
        let wanted = touch as u64..=touch as u64 + FAULTS;
        assert!(
            wanted.contains(&counted),
            "{counted} faults of the child while it wrote to {touch} pages; wanted {wanted:?}"
        );
    }
}

#[grade::test(hint = "what is dirty and private is what the child has written: KiB, not pages")]
fn step3_what_is_written_is_private_to_the_child() {
    for touch in [0, 1000, PAGES] {
        let told = witness(PAGES, touch).unwrap().private_dirty_kib;
        let written = (touch * page_size() / 1024) as u64;
        assert!(
            told.abs_diff(written) <= KIB,
            "the child wrote to {touch} pages, {written} KiB, and reports {told} KiB"
        );
    }
}

#[grade::test(hint = "look into /proc/self/smaps while the mapping is there, in the child")]
fn step3_what_is_shared_is_not_private() {
    mapping::share();
    let told = witness(PAGES, PAGES).unwrap().private_dirty_kib;
    assert!(
        told <= KIB,
        "this test makes the mapping a shared one: nothing of it is private to the child, which \
         reports {told} KiB"
    );
}

#[grade::test(census = true, hint = "who closes, unmaps and waits, on which way out?")]
fn step3_nothing_is_left() {
    witness(PAGES, 10).unwrap();
    let before = address_space();
    witness(PAGES, 10).unwrap();
    assert!(address_space() < before + PAGES, "the pages of the second call are still mapped");
    assert_eq!(waitpid(None, None), Err(Errno::ECHILD), "a child was left");
}

#[grade::test(census = true, hint = "`?` returns at once; what is open, mapped or running then?")]
fn step3_a_failure_is_an_error() {
    let error = |pages, touch| witness(pages, touch).err();
    assert_eq!(error(0, 0), Some(Errno::EINVAL), "no pages");
    assert_eq!(error(4, 5), Some(Errno::EINVAL), "fewer pages than are to be written");
    assert_eq!(error(usize::MAX, 0), Some(Errno::ENOMEM), "more pages than there are addresses");
    let half = usize::MAX / 2 / page_size();
    assert_eq!(error(half, 0), Some(Errno::ENOMEM), "more pages than a process can have");

    grade::tight::no_new_processes().unwrap();
    assert_eq!(error(PAGES, 0), Some(Errno::EAGAIN), "there is no room for a child");
    let before = address_space();
    assert_eq!(error(PAGES, 0), Some(Errno::EAGAIN), "there is no room for a child");
    assert!(address_space() < before + PAGES, "the pages are still mapped after a failed fork");
}

/// The process that waits for a child of its own; 0 is none.
static WAITING: AtomicI32 = AtomicI32::new(0);

/// Takes the place of the C library's `_exit`: a child that ends lets signals reach its parent
/// first, so that the parent's wait is interrupted.
#[unsafe(export_name = "_exit")]
extern "C" fn exit_while_the_parent_waits(code: i32) -> ! {
    // Relaxed: each process has one thread.
    let waiting = Pid::from_raw(WAITING.load(Relaxed));
    if waiting == Pid::parent() {
        support::interrupt_the_sleep_of(waiting);
    }
    loop {
        // SAFETY: the call takes any code, and does not return.
        unsafe { libc::syscall(libc::SYS_exit_group, code) };
    }
}

#[grade::test(hint = "which calls return early when a signal handler has run meanwhile?")]
fn step3_a_signal_is_no_failure() {
    let _storm = SignalStorm::start().unwrap();
    WAITING.store(Pid::this().as_raw(), Relaxed);
    for touch in [0, PAGES] {
        let report = witness(PAGES, touch);
        assert!(report.is_ok(), "{report:?}, while signals reached the waiting caller");
    }
}
