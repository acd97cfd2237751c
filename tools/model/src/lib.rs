//! Model-checks locks and atomics: runs a small concurrent program in every order that matters, and
//! with every value that the memory model of C11 allows a load to return.
//!
//! The code under test imports `crate::sync` and is ordinary Rust. In its own crate `sync` is std
//! and the system call futex(2). A test file compiles the same source a second time, where
//! `crate::sync` is the module [`sync`] of this crate, a facade over loom:
//!
//! ```ignore
//! use model::{Model, sync, thread};
//! #[path = "../src/e1_spin_lock.rs"]
//! mod e1_spin_lock;
//!
//! #[grade::test]
//! fn one_at_a_time() {
//!     Model::new().check(|| {
//!         let lock = sync::Arc::new(e1_spin_lock::SpinLock::new(0));
//!         let other = thread::spawn({ let lock = lock.clone(); move || *lock.lock() += 1 });
//!         *lock.lock() += 1;
//!         other.join();
//!         assert_eq!(*lock.lock(), 2);
//!     });
//! }
//! ```
//!
//! What the facade changes, for loom 0.7 refuses right code otherwise:
//!
//! - A `store` is performed as a `swap` of the same ordering. Loom lets a store slip in between the
//!   read and the write of another thread's read-modify-write operation, which no machine does.
//! - An access with `SeqCst` stands between two `SeqCst` fences. Loom gives such accesses no common
//!   order, but honors the fences.
//! - [`sync::UnsafeCell::get`] counts as a write at the moment of the call, so that a guard with
//!   `Deref` is ordinary Rust.
//! - [`sync::SharedBytes`] is an array in an `UnsafeCell`, of which each byte is watched by itself.
//! - Time stands still until [`advance`] moves it, for [`sync::Instant`] and for every time-out.
//! - [`sync::thread::park`] has tokens of its own, as in std: a mutex that sleeps takes none.
//! - [`sync::futex_wait`] queues ([`Futex::Queues`]: finds lost wake-ups, as deadlocks) or returns
//!   at once ([`Futex::Spurious`]: finds what relies on the reason for the return).
//!
//! # What it cannot see
//!
//! A swap continues the release sequence that it reads from; a store begins a new one. So a
//! `Relaxed` store after a `Release` store to the same atomic, by another thread, looks as if it
//! still carried what the first one released. [`Model::plain_stores`] leaves stores as they are; use
//! it for a second model, of code in which no store competes with a read-modify-write operation.
//!
//! Loom keeps the last load of each atomic alone. So a thread that loads an atomic and stores to it
//! afterwards hides an earlier load of another thread, and where nothing else makes the two meet, the
//! model never lets the store come first. Check such code with either thread as the one that runs the
//! model's closure, for that one goes first; a number of interleavings that is 1 tells of it.
//!
//! The counts of an `Arc` of std, which a [`std::task::Waker`] needs, order nothing here. What it owns must be
//! freed when the other threads have ended, so let the test keep a clone of each; else right code is said to
//! free memory too early.
//!
//! A `compare_exchange_weak` fails without a reason only where [`Model::weak_may_fail`] says so, and then
//! every other time. There are at most five threads. A bound on preemptions ([`Model::preemptions`]) leaves orders out.

mod check;
mod clock;
mod deadlock;
mod history;
mod race;
mod rejection;
mod source;
mod step;
pub mod sync;
pub mod thread;
mod watched;
mod words;

pub use check::{Futex, Model};
pub use clock::advance;
pub use history::{Calls, calls};
pub use rejection::{Reason, Rejection};
pub use watched::Watched;
