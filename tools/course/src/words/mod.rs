//! What the learner reads.

mod files;
mod list;
mod verdict;
mod way;

pub use files::{
    book_is_built, broken_neighbor, does_not_compile, missing, progress_moved_aside, reset,
};
pub use list::{list, report};
pub use verdict::verdict;
pub use way::{again, all_solved, keys, solved, task};
