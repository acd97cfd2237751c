//! Chapter 10, memory shared between processes: each module is one exercise.

pub mod given;
pub mod sync;

#[cfg_attr(feature = "solution", path = "../../../solutions/10_shared_memory/e0_count_together.rs")]
pub mod e0_count_together;
#[cfg_attr(feature = "solution", path = "../../../solutions/10_shared_memory/e1_shared_cell.rs")]
pub mod e1_shared_cell;
#[cfg_attr(
    feature = "solution",
    path = "../../../solutions/10_shared_memory/e2_futex_semaphore.rs"
)]
pub mod e2_futex_semaphore;
#[cfg_attr(
    feature = "solution",
    path = "../../../solutions/10_shared_memory/e3_proc_bounded_buffer.rs"
)]
pub mod e3_proc_bounded_buffer;
#[cfg_attr(feature = "solution", path = "../../../solutions/10_shared_memory/e4_spsc_ring.rs")]
pub mod e4_spsc_ring;
#[cfg_attr(feature = "solution", path = "../../../solutions/10_shared_memory/e5_robust_lock.rs")]
pub mod e5_robust_lock;
