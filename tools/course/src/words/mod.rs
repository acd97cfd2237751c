//! What the learner reads.

mod altered;
mod files;
mod list;
mod rows;
mod verdict;
mod visible;
mod way;

pub use altered::altered;
pub use files::{
    book_is_built, broken_neighbor, does_not_compile, missing, progress_moved_aside, reset,
};
pub use list::{list, report};
pub use rows::{checked_many, row};
pub use verdict::checked;
pub use visible::visible;
pub use way::{again, all_solved, keys, solved, task};
