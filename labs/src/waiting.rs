//! Many wait at the same time, each with a small buffer. What memory do they take?

pub mod gate;
mod inside;
mod memory;
mod processes;

use std::io::{Read, Write, pipe};

use anyhow::{Context, Result, bail};
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

pub use inside::{coroutines, threads, tokio};
pub use memory::Memory;
pub use processes::{forks, programs};

/// What each of them keeps while it waits, in bytes.
pub const BUFFER: usize = 64;

/// Starts so many, calls the function when all of them wait, and ends them. The function is told which
/// processes wait; none where all of them are part of this one.
pub type Way<'a> = dyn Fn(usize, &mut dyn FnMut(&[Pid])) -> Result<()> + 'a;

/// What so many take together, measured so many times, each time in a new process.
///
/// # Errors
///
/// Fails where they cannot be made, or do not end well.
pub fn takes(count: usize, tries: usize, way: &Way<'_>) -> Result<Vec<Memory>> {
    (0..tries).map(|_| in_a_child(|| more(count, way))).collect()
}

/// How much more memory there is in use while they wait.
fn more(count: usize, way: &Way<'_>) -> Result<Memory> {
    // The first one brings what all of them use: code, an allocator, buffers of the library.
    way(1, &mut |_| {})?;
    let before = Memory::of_this_process()?;
    let mut during = Ok(Memory::default());
    way(count, &mut |processes| {
        during = match processes {
            [] => Memory::of_this_process().map(|now| now.less(&before)),
            _ => Memory::of_others(processes).map(|now| now.less(&before.of_the_machine())),
        };
    })?;
    during
}

/// A new process has nothing left from what was measured before.
fn in_a_child(measure: impl FnOnce() -> Result<Memory>) -> Result<Memory> {
    let (mut reader, mut writer) = pipe()?;
    // SAFETY: this process has one thread.
    match unsafe { fork() }? {
        ForkResult::Child => {
            drop(reader);
            let (text, status) = match measure() {
                Ok(memory) => (memory.to_text(), 0),
                Err(error) => (format!("{error:#}"), 1),
            };
            let told = writer.write_all(text.as_bytes());
            // SAFETY: `_exit` takes any status, and runs nothing of the parent's on its way out. Threads and
            // pipes that are left after an error end with the process, and with the pipes who reads them.
            unsafe { libc::_exit(if told.is_ok() { status } else { 2 }) }
        }
        ForkResult::Parent { child } => {
            drop(writer);
            let mut text = String::new();
            let read = reader.read_to_string(&mut text);
            let ended = waitpid(child, None)?;
            read?;
            match ended {
                WaitStatus::Exited(_, 0) => Memory::from_text(&text).context("it told no numbers"),
                WaitStatus::Exited(_, 1) => bail!("{text}"),
                _ => bail!("the process in which they wait ended with {ended:?}"),
            }
        }
    }
}
