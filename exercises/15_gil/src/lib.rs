//! Chapter 15, a lock for an interpreter: each module is one exercise.

pub mod given;
pub mod sync;
pub mod timeline;
pub mod vm;

#[cfg_attr(feature = "solution", path = "../../../solutions/15_gil/e0_x_plus_1.rs")]
pub mod e0_x_plus_1;
#[cfg_attr(feature = "solution", path = "../../../solutions/15_gil/e1_tick_gil.rs")]
pub mod e1_tick_gil;
#[cfg_attr(feature = "solution", path = "../../../solutions/15_gil/e2_interval_gil.rs")]
pub mod e2_interval_gil;
#[cfg_attr(feature = "solution", path = "../../../solutions/15_gil/e3_blocking_section.rs")]
pub mod e3_blocking_section;
#[cfg_attr(feature = "solution", path = "../../../solutions/15_gil/e4_gil_timeline.rs")]
pub mod e4_gil_timeline;
