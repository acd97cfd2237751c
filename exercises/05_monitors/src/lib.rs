//! Chapter 5, races, locks and condition variables: each module is one exercise.

pub mod given;
pub mod machine;
pub mod sync;

#[cfg_attr(feature = "solution", path = "../../../solutions/05_monitors/e0_gate.rs")]
pub mod e0_gate;
#[cfg_attr(feature = "solution", path = "../../../solutions/05_monitors/e1_interleave.rs")]
pub mod e1_interleave;
#[cfg_attr(feature = "solution", path = "../../../solutions/05_monitors/e2_bank_transfer.rs")]
pub mod e2_bank_transfer;
#[cfg_attr(feature = "solution", path = "../../../solutions/05_monitors/e3_bounded_buffer.rs")]
pub mod e3_bounded_buffer;
#[cfg_attr(feature = "solution", path = "../../../solutions/05_monitors/e4_fair_rwlock.rs")]
pub mod e4_fair_rwlock;
