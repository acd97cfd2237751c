//! Exercise 2.5: `lifecycle::e5_cow_witness`.

#[path = "support/around_fork.rs"]
mod around_fork;
#[path = "support/dying.rs"]
mod dying;
#[path = "support/mapping.rs"]
mod mapping;
mod support;

use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

use around_fork::Acts;
use grade::storm::SignalStorm;
use lifecycle::e5_cow_witness::{self, CowReport};
use mapping::page_size;
use nix::errno::Errno;
use nix::libc;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::Signal;
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, dup2_stdout};

/// Enough for 16 MiB, where a page has 4 KiB.
const PAGES: usize = 4096;

/// What a measurement may be off by: the child has a stack and a heap of its own.
const FAULTS: u64 = 64;

/// Calls `cow_witness` and checks that only the caller comes back from it.
fn witness(pages: usize, touch: usize) -> nix::Result<CowReport> {
    witness_where(Acts::NONE, pages, touch)
}

/// The same, where this test acts on the pages when the caller forks.
fn witness_where(acts: Acts, pages: usize, touch: usize) -> nix::Result<CowReport> {
    // What a system does with huge pages of its own accord, in the heap too, stays out of the
    // counts. A system that refuses the call has none.
    // SAFETY: the call changes no memory.
    unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0) };
    let caller = Pid::this();
    // Half of the pages are enough to tell them from what a process maps for other reasons.
    around_fork::plan(pages.saturating_mul(page_size()) / 2, acts);
    // SAFETY: a graded test has one thread.
    let report = unsafe { e5_cow_witness::cow_witness(pages, touch) };
    assert_eq!(Pid::this(), caller, "the child came back from `cow_witness` to the caller");
    report
}

/// So many pages, in KiB.
fn kib(pages: usize) -> u64 {
    (pages * page_size() / 1024) as u64
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

#[grade::test(
    timeout_ms = 10_000,
    hint = "whose page does the child write to, if the mapping is private?"
)]
fn step1_a_write_of_the_child_does_not_reach_the_parent() {
    for touch in [0, 1, PAGES] {
        let report = witness(PAGES, touch).unwrap();
        assert!(report.parent_intact, "the child wrote to {touch} pages of a private mapping");
    }
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "read what is in the pages after the child has ended; what if it were shared?"
)]
fn step1_the_pages_of_the_parent_are_looked_at() {
    let shared = Acts { before: mapping::share, ..Acts::NONE };
    for touch in [1, PAGES] {
        let report = witness_where(shared, PAGES, touch).unwrap();
        assert!(
            !report.parent_intact,
            "this test makes the mapping a shared one, so {touch} pages of the parent have changed"
        );
    }
    let report = witness_where(shared, PAGES, 0).unwrap();
    assert!(report.parent_intact, "this test makes the mapping a shared one; nothing was written");

    let changed = Acts { in_parent: mapping::change_a_late_page, ..Acts::NONE };
    let report = witness_where(changed, PAGES, 0).unwrap();
    assert!(
        !report.parent_intact,
        "this test has changed one of the last pages in the parent, right after the fork"
    );
}

#[grade::test(hint = "which memory is to be shared until it is written, and by which process?")]
fn step1_the_pages_are_mapped_and_a_child_writes_to_them() {
    let before = faults_of_children();
    witness(PAGES, PAGES).unwrap();
    let forks = around_fork::forks();
    assert_eq!(
        forks, 1,
        "how often the caller forked with {PAGES} pages more than before the call"
    );
    let faults = faults_of_children() - before;
    assert!(
        faults >= PAGES as u64,
        "{faults} page faults in all children of the caller: none of them wrote to {PAGES} pages"
    );
}

#[grade::test(
    timeout_ms = 10_000,
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

#[grade::test(
    timeout_ms = 10_000,
    hint = "the child inherits the page tables; count only what its reads cost"
)]
fn step2_a_read_costs_no_fault() {
    for touch in [0, PAGES] {
        let counted = witness(PAGES, touch).unwrap().read_faults;
        assert!(
            counted <= FAULTS,
            "{counted} faults of the child while it read {PAGES} pages that were there already"
        );
    }
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "every page is read, one byte of each is enough; does the compiler keep it?"
)]
fn step2_the_child_reads_every_page() {
    let wiped = Acts { before: mapping::wipe_on_fork, ..Acts::NONE };
    for touch in [0, 1000] {
        let report = witness_where(wiped, PAGES, touch).unwrap();
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

#[grade::test(hint = "which event do you count: a write, or what the kernel does because of it?")]
fn step2_a_page_is_copied_once() {
    let copied = Acts { in_child: mapping::write_to_all, ..Acts::NONE };
    let counted = witness_where(copied, PAGES, PAGES).unwrap().write_faults;
    assert!(
        counted <= FAULTS,
        "this test has written to all pages in the child before your code goes on there, so the \
         child has its copies already; {counted} faults counted while it wrote"
    );
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "what is dirty and private is what the child has written: KiB, not pages"
)]
fn step3_what_is_written_is_private_to_the_child() {
    for touch in [0, 1000, PAGES] {
        let told = witness(PAGES, touch).unwrap().private_dirty_kib;
        let written = kib(touch);
        assert!(
            told.abs_diff(written) <= kib(FAULTS as usize),
            "the child wrote to {touch} pages, {written} KiB, and reports {told} KiB"
        );
    }
}

#[grade::test(hint = "look into /proc/self/smaps while the mapping is there, in the child")]
fn step3_what_is_shared_is_not_private() {
    let shared = Acts { before: mapping::share, ..Acts::NONE };
    let told = witness_where(shared, PAGES, PAGES).unwrap().private_dirty_kib;
    assert!(
        told <= kib(FAULTS as usize),
        "this test makes the mapping a shared one: nothing of it is private to the child, which \
         reports {told} KiB"
    );
}

#[grade::test(hint = "what of a process do smaps, smaps_rollup and status tell of: which mapping?")]
fn step3_other_memory_of_the_child_does_not_count() {
    let more = Acts { in_child: mapping::write_to_as_much_elsewhere, ..Acts::NONE };
    let told = witness_where(more, PAGES, 0).unwrap().private_dirty_kib;
    assert!(
        told <= kib(FAULTS as usize),
        "this test has written to other memory in the child, and your code to no page there: \
         nothing of the mapping is private to the child, which reports {told} KiB"
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

#[grade::test(
    census = true,
    timeout_ms = 3_000,
    hint = "what does the parent read from the pipe when the child is dead,\n\
            and who else could still write to it?"
)]
fn step3_a_child_that_ends_without_a_report_is_an_error() {
    let dead = Acts { in_child: |_| dying::die_of(Signal::SIGKILL), ..Acts::NONE };
    let result = witness_where(dead, PAGES, 0);
    assert!(
        matches!(result, Err(Errno::ECHILD)),
        "SIGKILL has ended the child before it could report; got {result:?}"
    );
    assert_eq!(waitpid(None, None), Err(Errno::ECHILD), "the child was left after the error");
}

#[grade::test(
    hint = "exit(3) tells what `exit` does before the process ends; what does `_exit` do?"
)]
fn step3_the_child_does_not_clean_up_for_the_caller() {
    let (mut printed, pipe) = io::pipe().unwrap();
    let mut stdout = io::stdout();
    let usual = stdout.as_fd().try_clone_to_owned().unwrap();
    dup2_stdout(&pipe).unwrap();
    drop(pipe);
    // Half a line waits in the buffer, and the child gets a copy of the buffer.
    stdout.write_all(b"half a line").unwrap();
    let result = witness(PAGES, 10);
    stdout.flush().unwrap();
    dup2_stdout(usual).unwrap();

    let mut text = String::new();
    printed.read_to_string(&mut text).unwrap();
    assert_eq!(text, "half a line", "the caller printed this once, before the fork");
    result.unwrap();
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
    // Before the child works, the parent sleeps until it gets the report.
    let in_child = |_: &_| support::interrupt_the_sleep_of(Pid::parent());
    for touch in [0, PAGES] {
        let report = witness_where(Acts { in_child, ..Acts::NONE }, PAGES, touch);
        assert!(report.is_ok(), "{report:?}, while signals reached the waiting caller");
    }
}
