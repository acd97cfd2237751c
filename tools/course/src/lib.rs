//! What the learner's command, the book and the rules know about the course.

pub mod catalog;
pub mod report;
pub mod trial;
pub mod verify;
