//! Small programs on which the model must be right for ever: textbook locks, and their broken kin.

#[path = "litmus/endings.rs"]
mod endings;
#[path = "litmus/futex.rs"]
mod futex;
#[path = "litmus/hidden_looks.rs"]
mod hidden_looks;
#[path = "litmus/monitor.rs"]
mod monitor;
#[path = "litmus/parking.rs"]
mod parking;
#[path = "litmus/release_sequence.rs"]
mod release_sequence;
#[path = "litmus/spin.rs"]
mod spin;
#[path = "litmus/store_buffering.rs"]
mod store_buffering;
