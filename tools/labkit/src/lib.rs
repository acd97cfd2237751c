//! Measures, fairly: interleaved batches, every variant checked first, the machine recorded.
//!
//! A lab is a program. It prints a table; with `--quick` it runs a few rounds and only checks its
//! claims; with `--record` it writes what it measured to `book/results/`, where the pages include
//! it. A number belongs to one machine and is never asserted; a *claim* is an order with a wide
//! margin, which must hold on every machine.

mod environment;
mod lab;
mod results;
mod run;
mod stats;

pub use lab::{Lab, Variant};
pub use run::run;
pub use stats::Summary;
