//! What the labs share.

pub mod cores;
#[path = "../../solutions/13_async_runtime/e3_executor.rs"]
pub mod e3_executor;
pub mod messages;
pub mod programs;
pub mod python;
#[path = "../../exercises/13_async_runtime/src/sync.rs"]
pub mod sync;
pub mod touched;
pub mod waiting;
