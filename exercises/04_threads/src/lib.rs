//! Chapter 4, threads: each module is one exercise.

pub mod world;

#[cfg_attr(feature = "solution", path = "../../../solutions/04_threads/e0_both.rs")]
pub mod e0_both;
#[cfg_attr(feature = "solution", path = "../../../solutions/04_threads/e1_par_map.rs")]
pub mod e1_par_map;
#[cfg_attr(feature = "solution", path = "../../../solutions/04_threads/e2_shared_or_not.rs")]
pub mod e2_shared_or_not;
#[cfg_attr(feature = "solution", path = "../../../solutions/04_threads/e3_crash_containment.rs")]
pub mod e3_crash_containment;
#[cfg_attr(feature = "solution", path = "../../../solutions/04_threads/e4_cancel_and_progress.rs")]
pub mod e4_cancel_and_progress;
