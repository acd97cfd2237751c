//! Stops a process in the middle of a call: where it reads a message, allocates memory, or wakes others.

use std::alloc::{GlobalAlloc, Layout, System};
use std::num::NonZeroUsize;
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering::Relaxed};

use nix::libc;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

use crate::peer::Test;

/// What a process says when it stops.
pub const PAUSES: u8 = b'p';

/// To whom this process says that it stops. Relaxed, as all here: it has one thread.
static TEST: AtomicPtr<Test> = AtomicPtr::new(ptr::null_mut());
/// The page that nobody can read yet.
static PAGE: AtomicUsize = AtomicUsize::new(0);
/// Whether it stops where it allocates memory.
static ALLOCATING: AtomicBool = AtomicBool::new(false);
/// Whether it stops where it wakes others.
static WAKING: AtomicBool = AtomicBool::new(false);

/// Calls `read` with a message that this process cannot read until the test lets it go on. It says
/// [`PAUSES`] when it tries.
pub fn where_it_is_read(message: &[u8], test: &mut Test, read: impl FnOnce(&[u8])) {
    let len = NonZeroUsize::new(page_size()).expect("a page has bytes");
    assert!(message.len() <= len.get());
    let open = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: the kernel chooses addresses that nobody uses.
    let page = unsafe { mmap_anonymous(None, len, open, MapFlags::MAP_PRIVATE) }.unwrap();
    let start: NonNull<u8> = page.cast();
    // SAFETY: the page is ours, has room, and stays until the process ends.
    let message = unsafe {
        ptr::copy_nonoverlapping(message.as_ptr(), start.as_ptr(), message.len());
        slice::from_raw_parts(start.as_ptr(), message.len())
    };
    TEST.store(test, Relaxed);
    PAGE.store(start.as_ptr() as usize, Relaxed);
    let action =
        SigAction::new(SigHandler::SigAction(at_a_fault), SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler makes system calls, and nothing else but touch atomics. The code that it
    // interrupts reads a message: it has no lock of this process.
    unsafe { sigaction(Signal::SIGSEGV, &action) }.unwrap();
    protect(start.as_ptr(), libc::PROT_NONE);
    read(message);
}

extern "C" fn at_a_fault(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let page = PAGE.load(Relaxed);
    // SAFETY: the kernel gives the handler of SIGSEGV an address.
    let address = unsafe { (*info).si_addr() } as usize;
    if !(page..page + page_size()).contains(&address) {
        // SAFETY: `_exit` takes any code and does not return.
        unsafe { libc::_exit(libc::SIGSEGV) }
    }
    pause();
    protect(page as *mut u8, libc::PROT_READ);
}

/// Calls `call`, which says [`PAUSES`] when it first allocates memory, and waits for the test.
pub fn where_it_allocates<R>(test: &mut Test, call: impl FnOnce() -> R) -> R {
    TEST.store(test, Relaxed);
    ALLOCATING.store(true, Relaxed);
    call()
}

/// Calls `call`, which says [`PAUSES`] when it is about to wake others for the first time, and waits for
/// the test.
pub fn where_it_wakes<R>(test: &mut Test, call: impl FnOnce() -> R) -> R {
    TEST.store(test, Relaxed);
    WAKING.store(true, Relaxed);
    call()
}

/// This process is about to wake others.
pub fn at_a_wake() {
    if WAKING.swap(false, Relaxed) {
        pause();
    }
}

fn pause() {
    let test = TEST.swap(ptr::null_mut(), Relaxed);
    // SAFETY: it is null, or the one that our caller has lent to the code that we have interrupted.
    if let Some(test) = unsafe { test.as_mut() } {
        test.hears(PAUSES);
        test.lets_go_on();
    }
}

fn protect(page: *mut u8, protection: libc::c_int) {
    // SAFETY: the page is ours, and nobody else has a reference into it.
    unsafe { libc::mprotect(page.cast(), page_size(), protection) };
}

fn page_size() -> usize {
    // SAFETY: the call asks, and changes nothing.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).expect("every system has pages")
}

/// The system's allocator, where a process can pause.
pub struct PausingAllocator;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for PausingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if ALLOCATING.swap(false, Relaxed) {
            pause();
        }
        // SAFETY: our caller upholds the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: our caller upholds the same.
        unsafe { System.dealloc(memory, layout) }
    }
}
