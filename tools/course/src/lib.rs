//! What the learner's command, the book and the rules know about the course.

mod aid;
pub mod cage;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod commands;
pub mod export;
pub mod grade;
pub mod lab;
pub mod progress;
mod reader;
pub mod record;
pub mod report;
mod reset;
pub mod shipped;
mod signals;
pub mod stop;
mod terminal;
pub mod trial;
pub mod verify;
mod watch;
mod words;
