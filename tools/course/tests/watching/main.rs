//! Watch mode, driven through a terminal as a learner does it.

use std::os::fd::AsFd;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

mod book;
mod ends;
mod first_round;
mod keys;
mod pipe;
#[path = "../support/mod.rs"]
mod support;
mod suspended;
mod terminal;

/// The learner's files.
const ONE: &str = "exercises/01_sums/src/e1_one.rs";
const TWO: &str = "exercises/01_sums/src/e2_two.rs";

/// Right in the first.
const SOLVED: &str = "pub fn it() -> u32 {\n    1\n}\n";

/// The last words after every verdict.
const KEYS: &str = "\nh hint  n next  p previous  l list  s solution  b book  ? all keys  q quit\n";

/// How long nothing may come where something must: a busy machine is slow to build.
const PATIENCE_S: i32 = 300;

/// Whether something is to be read from it, before the patience ends.
fn is_readable(source: &impl AsFd) -> bool {
    let mut sources = [PollFd::new(source.as_fd(), PollFlags::POLLIN)];
    let patience = PollTimeout::try_from(PATIENCE_S * 1000).expect("it is a time");
    poll(&mut sources, patience).expect("poll takes one source") > 0
}
