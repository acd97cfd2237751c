//! Lets a test act on new memory right before a fork, and right after it in both processes.
//!
//! The C library's `fork` calls what was registered by pthread_atfork(3).

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, Once};

use nix::libc;

use crate::mapping::{self, Piece};

/// What is done with a piece of new memory.
pub type Act = fn(&Piece);

/// Leaves it as it is.
pub const NOTHING: Act = |_| {};

/// What each side does.
#[derive(Clone, Copy)]
pub struct Acts {
    pub before: Act,
    pub in_parent: Act,
    pub in_child: Act,
}

impl Acts {
    pub const NONE: Acts = Acts { before: NOTHING, in_parent: NOTHING, in_child: NOTHING };
}

struct Plan {
    acts: Acts,
    mapped: Vec<Piece>,
    length: usize,
}

/// From so many bytes on, a buffer is large.
#[cfg(target_env = "gnu")]
const LARGE: libc::c_int = 1 << 17;

static PLAN: Mutex<Option<Plan>> = Mutex::new(None);
static FORKS: AtomicUsize = AtomicUsize::new(0);

/// From now on, every fork comes with these acts on the memory that has been mapped since now, in
/// pieces of at least `length` bytes.
pub fn plan(length: usize, acts: Acts) {
    *PLAN.lock().unwrap() = Some(Plan { acts, mapped: mapping::writable(), length });
    // Relaxed, here and below: the process has one thread.
    FORKS.store(0, Relaxed);
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // So that the allocator keeps large buffers out of its heap, which no test shall touch.
        // SAFETY: the call changes a parameter of the allocator, and there is one thread.
        #[cfg(target_env = "gnu")]
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE)
        };
        // SAFETY: these are functions of this binary. The process has one thread, so that its copy
        // may do whatever it may do itself.
        let error = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
        assert_eq!(error, 0, "there is room for three handlers");
    });
}

/// How many forks there were since the plan was made, with new memory to copy.
pub fn forks() -> usize {
    FORKS.load(Relaxed)
}

extern "C" fn before() {
    if act(|acts| acts.before) {
        FORKS.fetch_add(1, Relaxed);
    }
}

extern "C" fn in_parent() {
    act(|acts| acts.in_parent);
}

extern "C" fn in_child() {
    act(|acts| acts.in_child);
}

/// Does it to all new memory; `false` if there is none.
fn act(which: fn(&Acts) -> Act) -> bool {
    let plan = PLAN.lock().unwrap();
    let Some(Plan { acts, mapped, length }) = &*plan else { return false };
    let new = mapping::new_since(mapped, *length);
    new.iter().for_each(which(acts));
    !new.is_empty()
}
