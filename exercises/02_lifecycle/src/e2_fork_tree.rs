//! Evaluate a tree of jobs, with a process for every node.
//!
//! The tests go green in four steps: `step1` leaves, `step2` sums, `step3` differences and `step4`
//! failures. `cargo test -p lifecycle --test e2_fork_tree step1` runs those of the first step.

use std::any::type_name_of_val;

use nix::errno::Errno;
use nix::sys::signal::Signal;

/// A job, or what to do with the values of other nodes.
pub enum Node {
    /// The value that the job returns; jobs do not panic.
    Leaf(Box<dyn Fn() -> u8>),
    /// The sum of the values of all these nodes, modulo 256.
    Sum(Vec<Node>),
    /// The value of the first node minus the value of the second, modulo 256.
    Sub(Box<Node>, Box<Node>),
}

/// Why a tree has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvalError {
    /// This signal terminated the process of a node.
    ChildDied(Signal),
    /// A system call of the caller failed.
    Sys(Errno),
}

/// Evaluates `node`: the caller is the process of `node`, and every node below it has exactly one
/// process of its own, a child of the process of the node above.
///
/// The children of a node run at the same time, each to its end, and any value from 0 to 255 can
/// come from any of them. No child is left behind or ended early, not even where another child has
/// failed. Only the caller returns, and no child cleans up for it, by writing its buffers or running
/// its exit handlers. Other children of the caller are left to it. A signal that it handles is no
/// failure.
///
/// # Errors
///
/// Fails with [`EvalError::ChildDied`] where a signal terminated the process of a node at any
/// depth; if there are several, with the signal of the first one from the left.
/// A process below the caller whose own system call fails ends by SIGABRT.
///
/// # Safety
///
/// The caller must be single-threaded.
pub unsafe fn eval(node: &Node) -> Result<u8, EvalError> {
    // TODO: one arm of a `match` for each step.
    todo!("evaluate a {}", type_name_of_val(node))
}
