//! Chapter 9, pipes, FIFOs and message queues: each module is one exercise.

pub mod given;

#[cfg_attr(feature = "solution", path = "../../../solutions/09_streams/e0_gather.rs")]
pub mod e0_gather;
#[cfg_attr(feature = "solution", path = "../../../solutions/09_streams/e1_full_io.rs")]
pub mod e1_full_io;
#[cfg_attr(feature = "solution", path = "../../../solutions/09_streams/e2_framed.rs")]
pub mod e2_framed;
#[cfg_attr(feature = "solution", path = "../../../solutions/09_streams/e3_communicate.rs")]
pub mod e3_communicate;
#[cfg_attr(feature = "solution", path = "../../../solutions/09_streams/e4_fifo_log.rs")]
pub mod e4_fifo_log;
#[cfg_attr(feature = "solution", path = "../../../solutions/09_streams/e5_mq_jobs.rs")]
pub mod e5_mq_jobs;
