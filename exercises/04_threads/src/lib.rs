//! Chapter 4, threads: each module is one exercise.

#[cfg_attr(feature = "solution", path = "../../../solutions/04_threads/e0_both.rs")]
pub mod e0_both;
#[cfg_attr(feature = "solution", path = "../../../solutions/04_threads/e3_crash_containment.rs")]
pub mod e3_crash_containment;
