//! Says "stack overflow" when a program touches a guard page, and lets it die of that.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::ptr;
use std::sync::{Mutex, OnceLock, PoisonError};

use nix::libc;

/// The guard pages that are watched: where each begins, and where it ends.
static WATCHED: Mutex<BTreeMap<usize, usize>> = Mutex::new(BTreeMap::new());
/// What SIGSEGV did before.
static BEFORE: OnceLock<libc::sigaction> = OnceLock::new();
/// The bytes of a stack for the handler, for there is none left on the one that has overflowed.
const HANDLER_STACK: usize = 64 * 1024;

thread_local! {
    /// Whether this thread has a stack for the handler.
    static IS_READY: Cell<bool> = const { Cell::new(false) };
}

/// A guard page that is watched as long as this lives: a program that touches it says `stack overflow`
/// on its standard error, and dies of SIGSEGV.
#[derive(Debug)]
pub struct Guard {
    start: usize,
}

impl Guard {
    /// Watches the addresses `page`. Drop it before they are unmapped.
    ///
    /// It works on the threads that have called this, and on those that Rust has started, which have
    /// a second stack for such a handler.
    ///
    /// # Panics
    ///
    /// Panics where the kernel has no memory for the handler.
    pub fn watch(page: Range<*mut u8>) -> Guard {
        BEFORE.get_or_init(install);
        if !IS_READY.replace(true) {
            give_this_thread_a_second_stack();
        }
        let (start, end) = (page.start.addr(), page.end.addr());
        WATCHED.lock().unwrap_or_else(PoisonError::into_inner).insert(start, end);
        Guard { start }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        WATCHED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.start);
    }
}

/// Installs the handler, and returns what was there.
fn install() -> libc::sigaction {
    // SAFETY: zeros are a valid `sigaction`: an empty mask, and the default action.
    let (mut action, mut before): (libc::sigaction, libc::sigaction) =
        unsafe { (std::mem::zeroed(), std::mem::zeroed()) };
    let handler: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) = report;
    action.sa_sigaction = handler as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: the handler calls only what signal-safety(7) allows.
    let result = unsafe { libc::sigaction(libc::SIGSEGV, &action, &mut before) };
    assert_eq!(result, 0, "SIGSEGV can be handled");
    before
}

/// Rust gives its threads such a stack; another thread has none.
fn give_this_thread_a_second_stack() {
    // SAFETY: zeros are a valid `stack_t`, which is filled in; a null asks for what there is.
    let mut now: libc::stack_t = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    let result = unsafe { libc::sigaltstack(ptr::null(), &mut now) };
    if result == 0 && now.ss_flags & libc::SS_DISABLE == 0 {
        return;
    }
    // It stays until the process ends, since the thread may overflow until then.
    let memory = Box::leak(vec![0_u8; HANDLER_STACK].into_boxed_slice());
    let stack =
        libc::stack_t { ss_sp: memory.as_mut_ptr().cast(), ss_flags: 0, ss_size: memory.len() };
    // SAFETY: nothing else uses this memory.
    let result = unsafe { libc::sigaltstack(&stack, ptr::null_mut()) };
    assert_eq!(result, 0, "a thread can have a stack for its signal handlers");
}

/// The handler of SIGSEGV.
extern "C" fn report(_: i32, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the kernel passes what it knows of the signal.
    let address = unsafe { (*info).si_addr() }.addr();
    // Only a try: who holds the lock may be the one that has faulted.
    let is_guard = WATCHED.try_lock().is_ok_and(|watched| {
        watched.range(..=address).next_back().is_some_and(|(_, end)| address < *end)
    });
    if is_guard {
        say(b"stack overflow: a guard page was touched\n");
    }
    // The instruction runs again, and the signal meets what was there before.
    let before = if is_guard { None } else { BEFORE.get() };
    // SAFETY: zeros are the default action, and the other one was in force once.
    unsafe {
        let default: libc::sigaction = std::mem::zeroed();
        libc::sigaction(libc::SIGSEGV, before.unwrap_or(&default), ptr::null_mut());
    }
}

fn say(text: &[u8]) {
    // SAFETY: the text is readable. Where it cannot be written, there is nobody to tell.
    let _ = unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
}
