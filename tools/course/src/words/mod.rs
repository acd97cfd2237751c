//! What the learner reads.

mod bar;
mod files;
mod list;
mod verdict;
mod watch;
mod way;
mod wrap;

pub use files::{
    book_is_built, broken_neighbor, does_not_compile, missing, progress_moved_aside, reset,
};
pub use list::{list, report};
pub use verdict::verdict;
pub use watch::{
    ask_reset, ask_solution, checked_all, checking, checking_all, checking_anew, declined, first,
    help, keys, only_one_left, opened,
};
pub use way::{By, all_solved, solved, task};
pub use wrap::wrapped;
