//! Two loops: one starts all children of a node, the other waits for each of them.
//!
//! The tempting mistake is one loop that does both: it runs the children one after the other. The
//! next one is to let a child leave the loop by another way than the end of its process.

use std::process;

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{self, SigHandler, Signal};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

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
    match node {
        Node::Leaf(job) => Ok(job()),
        Node::Sum(nodes) => {
            // SAFETY: our caller upholds the same.
            let values = unsafe { eval_all(nodes) }?;
            Ok(values.into_iter().fold(0, u8::wrapping_add))
        }
        Node::Sub(left, right) => {
            // SAFETY: our caller upholds the same.
            let values = unsafe { eval_all([&**left, &**right]) }?;
            Ok(values[0].wrapping_sub(values[1]))
        }
    }
}

/// The values of all nodes, in their order, whichever ends first.
///
/// # Safety
///
/// The caller must be single-threaded.
unsafe fn eval_all<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Result<Vec<u8>, EvalError> {
    // Every child is started before the first is waited for.
    // SAFETY: our caller upholds the same.
    let children: Vec<nix::Result<Pid>> =
        nodes.into_iter().map(|node| unsafe { start(node) }).collect();
    // And every child is waited for before the first failure is looked at.
    let values: Vec<Result<u8, EvalError>> = children
        .into_iter()
        .map(|child| child.map_err(EvalError::Sys).and_then(wait_for))
        .collect();
    values.into_iter().collect()
}

/// Starts a process that evaluates `node` and exits with its value.
///
/// # Safety
///
/// The caller must be single-threaded.
unsafe fn start(node: &Node) -> nix::Result<Pid> {
    // SAFETY: our caller upholds what `fork` asks for.
    match unsafe { fork() }? {
        ForkResult::Parent { child } => Ok(child),
        // SAFETY: a child of a fork has one thread.
        ForkResult::Child => match unsafe { eval(node) } {
            // SAFETY: `_exit` takes any code and does not return.
            Ok(value) => unsafe { libc::_exit(value.into()) },
            Err(EvalError::ChildDied(signal)) => die_of(signal),
            Err(EvalError::Sys(_)) => die_of(Signal::SIGABRT),
        },
    }
}

/// Every exit code is the value of some node, so bad news can only travel as a death by signal.
fn die_of(signal: Signal) -> ! {
    // The process may have inherited a handler: the Rust runtime has one for SIGSEGV.
    // SAFETY: the default action is no code of ours. An error (SIGKILL has no other action) is
    // no matter.
    let _ = unsafe { signal::signal(signal, SigHandler::SigDfl) };
    let _ = signal::raise(signal);
    process::abort()
}

fn wait_for(child: Pid) -> Result<u8, EvalError> {
    loop {
        match waitpid(child, None) {
            // The kernel keeps the low eight bits of an exit code, so the cast loses nothing.
            Ok(WaitStatus::Exited(_, code)) => return Ok(code as u8),
            Ok(WaitStatus::Signaled(_, signal, _)) => return Err(EvalError::ChildDied(signal)),
            // A stop or a continuation would not be an end; nor is a signal for ourselves.
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(EvalError::Sys(errno)),
        }
    }
}
