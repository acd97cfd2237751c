//! Chapter 7, atomics, ordering and futex: each module is one exercise.

pub mod given;
pub mod place;
pub mod sync;

#[cfg_attr(feature = "solution", path = "../../../solutions/07_primitives/e0_mailbox.rs")]
pub mod e0_mailbox;
#[cfg_attr(feature = "solution", path = "../../../solutions/07_primitives/e1_spin_lock.rs")]
pub mod e1_spin_lock;
#[cfg_attr(feature = "solution", path = "../../../solutions/07_primitives/e2_futex_mutex.rs")]
pub mod e2_futex_mutex;
#[cfg_attr(feature = "solution", path = "../../../solutions/07_primitives/e3_futex_condvar.rs")]
pub mod e3_futex_condvar;
#[cfg_attr(feature = "solution", path = "../../../solutions/07_primitives/e4_oneshot.rs")]
pub mod e4_oneshot;
#[cfg_attr(feature = "solution", path = "../../../solutions/07_primitives/e5_arc_weak.rs")]
pub mod e5_arc_weak;
