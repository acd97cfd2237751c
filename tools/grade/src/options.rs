//! What a test may ask for.

use crate::needs::Needs;

/// The arguments of `#[grade::test]`; each may be left out.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The wall-clock time, in milliseconds, after which the test is ended as hung. It is a
    /// safeguard against hanging, not a measure: leave it generous.
    pub timeout_ms: u64,
    /// The address space of each process, in MiB; 0 sets no limit.
    pub mem_mb: u64,
    /// The size of the largest file that may be written, in MiB.
    pub file_mb: u64,
    /// How many processes the test may have at once.
    pub processes: usize,
    /// Whether processes that outlive the test are forgiven. They are killed all the same.
    pub leftovers_ok: bool,
    /// Whether the test must hold no more after its end than before it: descriptors, threads,
    /// zombies, shared memory, message queues, semaphores. It gets kernel objects of its own,
    /// where the system allows that.
    pub census: bool,
    /// What the kernel must have for this test. Where it lacks that, the test does not run, and its
    /// verdict is `skipped`, which is no pass.
    pub needs: Option<Needs>,
    /// Whether panics on other threads than the test's own are forgiven, and a changed panic hook,
    /// which may hide them.
    pub panics_ok: bool,
    /// A part of the message with which the test must panic; empty if it must not.
    pub should_panic: &'static str,
    /// What to look for when the test fails: a cause, not the line to write.
    pub hint: &'static str,
}

impl Options {
    /// The options of a bare `#[grade::test]`.
    pub const DEFAULT: Options = Options {
        timeout_ms: 5_000,
        mem_mb: 1_024,
        file_mb: 64,
        processes: 256,
        leftovers_ok: false,
        census: false,
        needs: None,
        panics_ok: false,
        should_panic: "",
        hint: "",
    };
}
