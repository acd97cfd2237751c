//! Chapter 10, memory shared between processes: each module is one exercise.

pub mod given;
pub mod sync;

#[cfg_attr(feature = "solution", path = "../../../solutions/10_shared_memory/e0_count_together.rs")]
pub mod e0_count_together;
