//! What the learner reads.

mod altered;
mod bar;
mod classes;
mod files;
mod grades;
mod list;
mod rows;
mod verdict;
mod visible;
mod watch;
mod way;
mod wrap;

pub use altered::altered;
pub use classes::{exported, not_exported};
pub use files::{
    book_is_built, broken_neighbor, does_not_compile, missing, progress_moved_aside, reset,
};
pub use grades::{graded_many, grades, grading_elsewhere};
pub use list::{list, report};
pub use rows::{checked_many, row};
pub use verdict::{checked, still_running};
pub use visible::visible;
pub use watch::{
    ask_reset, ask_solution, checking, checking_all, checking_anew, declined, first, help, keys,
    only_one_left, opened,
};
pub use way::{By, all_solved, solved, task};
pub use wrap::{hung, wrapped};
