//! Counts the forks of a test, and lets the children meet before any of them does anything, or lets no
//! more than so many be born.
//!
//! The C library's `fork` calls what was registered by pthread_atfork(3).

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Once, OnceLock};

use nix::libc;

/// A pipe for each child; each writes to all.
static PIPES: OnceLock<Vec<(PipeReader, PipeWriter)>> = OnceLock::new();
static FORKS: AtomicUsize = AtomicUsize::new(0);
/// How many may be born.
static MOST: AtomicUsize = AtomicUsize::new(usize::MAX);

/// From now on, a child that is forked waits until there are so many. Call it once.
pub fn begin_together(children: usize) {
    let pipes = (0..children).map(|_| io::pipe().unwrap()).collect();
    assert!(PIPES.set(pipes).is_ok(), "a test has one such moment");
    register();
}

/// After so many forks, one or more, the next one fails with EAGAIN, as all that follow. Call it once.
pub fn end_after(forks: usize) {
    // Relaxed, here and below: the process has one thread.
    MOST.store(forks, Relaxed);
    register();
}

fn register() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // SAFETY: these are functions of this binary. The process has one thread, so that its copy
        // may do whatever it may do itself.
        let error = unsafe { libc::pthread_atfork(None, Some(in_parent), Some(in_child)) };
        assert_eq!(error, 0, "there is room for two handlers");
    });
}

/// How many processes were forked since then.
pub fn count() -> usize {
    FORKS.load(Relaxed)
}

extern "C" fn in_parent() {
    if FORKS.fetch_add(1, Relaxed) + 1 == MOST.load(Relaxed) {
        grade::tight::no_new_processes().expect("a process may restrict itself");
    }
}

extern "C" fn in_child() {
    // One child too many is counted, and meets nobody; so does each where none are to meet.
    let Some(pipes) = PIPES.get() else { return };
    let Some((reader, _)) = pipes.get(count()) else { return };
    for (_, to_each) in pipes {
        (&*to_each).write_all(b".").unwrap();
    }
    let mut from_all = vec![0; pipes.len()];
    (&*reader).read_exact(&mut from_all).unwrap();
}
