//! Counts the forks of a test, and lets the children meet before any of them does anything.
//!
//! The C library's `fork` calls what was registered by pthread_atfork(3).

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Once, OnceLock};

use nix::libc;

/// A pipe for each child; each writes to all.
static PIPES: OnceLock<Vec<(PipeReader, PipeWriter)>> = OnceLock::new();
static FORKS: AtomicUsize = AtomicUsize::new(0);

/// From now on, a child that is forked waits until there are so many. Call it once.
pub fn begin_together(children: usize) {
    let pipes = (0..children).map(|_| io::pipe().unwrap()).collect();
    assert!(PIPES.set(pipes).is_ok(), "a test has one such moment");
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
    // Relaxed, here and below: the process has one thread.
    FORKS.load(Relaxed)
}

extern "C" fn in_parent() {
    FORKS.fetch_add(1, Relaxed);
}

extern "C" fn in_child() {
    let pipes = PIPES.get().expect("it was set before this was registered");
    // One child too many is counted, and meets nobody.
    let Some((reader, _)) = pipes.get(count()) else { return };
    for (_, to_each) in pipes {
        (&*to_each).write_all(b".").unwrap();
    }
    let mut from_all = vec![0; pipes.len()];
    (&*reader).read_exact(&mut from_all).unwrap();
}
