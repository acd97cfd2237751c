//! Chapter 12, coroutines by hand: each module is one exercise.

pub mod given;

#[cfg_attr(feature = "solution", path = "../../../solutions/12_coroutines/e0_countdown.rs")]
pub mod e0_countdown;
#[cfg_attr(feature = "solution", path = "../../../solutions/12_coroutines/e1_generator_by_hand.rs")]
pub mod e1_generator_by_hand;
#[cfg_attr(feature = "solution", path = "../../../solutions/12_coroutines/e2_context_switch.rs")]
pub mod e2_context_switch;
#[cfg_attr(feature = "solution", path = "../../../solutions/12_coroutines/e3_generator_send.rs")]
pub mod e3_generator_send;
#[cfg_attr(feature = "solution", path = "../../../solutions/12_coroutines/e4_coop_scheduler.rs")]
pub mod e4_coop_scheduler;
