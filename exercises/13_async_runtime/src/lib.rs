//! Chapter 13, futures, executors and reactors: each module is one exercise.

pub mod given;
pub mod sync;

#[cfg_attr(feature = "solution", path = "../../../solutions/13_async_runtime/e0_poll_once.rs")]
pub mod e0_poll_once;
#[cfg_attr(feature = "solution", path = "../../../solutions/13_async_runtime/e1_join_by_hand.rs")]
pub mod e1_join_by_hand;
#[cfg_attr(feature = "solution", path = "../../../solutions/13_async_runtime/e2_block_on.rs")]
pub mod e2_block_on;
#[cfg_attr(feature = "solution", path = "../../../solutions/13_async_runtime/e3_executor.rs")]
pub mod e3_executor;
#[cfg_attr(feature = "solution", path = "../../../solutions/13_async_runtime/e4_reactor.rs")]
pub mod e4_reactor;
