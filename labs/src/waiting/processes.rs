//! Processes, which wait for the end of a pipe.

use std::fs;
use std::hint::black_box;
use std::io::{PipeReader, PipeWriter, Read, pipe};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, ensure};
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

use super::BUFFER;

/// Copies of this process.
///
/// # Errors
///
/// Fails where the system lets no more processes be made, and where one does not end well.
pub fn forks(count: usize, all_wait: &mut dyn FnMut(&[Pid])) -> Result<()> {
    wait_for_the_end(count, all_wait, |reader, writer| {
        // SAFETY: this process has one thread.
        match unsafe { fork() }? {
            ForkResult::Child => {
                let mut buffer = [1_u8; BUFFER];
                // SAFETY: this process closes its copy, once, and never looks at the pipe's writer again.
                unsafe { libc::close(writer.as_raw_fd()) };
                let ended = (&*reader).read(&mut buffer);
                black_box(&buffer);
                // SAFETY: `_exit` takes any status, and runs nothing of the parent's on its way out.
                unsafe { libc::_exit(i32::from(!matches!(ended, Ok(0)))) }
            }
            ForkResult::Parent { child } => Ok(child),
        }
    })
}

/// Processes that run `cat`.
///
/// # Errors
///
/// As [`forks`].
pub fn programs(cat: &Path, count: usize, all_wait: &mut dyn FnMut(&[Pid])) -> Result<()> {
    wait_for_the_end(count, all_wait, |reader, _| {
        let stdin = Stdio::from(reader.try_clone()?);
        let child = Command::new(cat).stdin(stdin).stdout(Stdio::null()).spawn()?;
        Ok(Pid::from_raw(child.id().cast_signed()))
    })
}

/// Starts so many, each of which waits for the end of the pipe. Where this fails, the pipe ends, too.
fn wait_for_the_end(
    count: usize,
    all_wait: &mut dyn FnMut(&[Pid]),
    start: impl Fn(&PipeReader, &PipeWriter) -> Result<Pid>,
) -> Result<()> {
    let (reader, writer) = pipe()?;
    let mut processes = Vec::with_capacity(count);
    for number in 0..count {
        let started = start(&reader, &writer);
        processes
            .push(started.with_context(|| format!("there can be {number} processes and no more"))?);
    }
    for process in &processes {
        while !is_asleep(*process)? {
            thread::yield_now();
        }
    }
    all_wait(&processes);
    drop(writer);
    for process in processes {
        let ended = waitpid(process, None)?;
        ensure!(ended == WaitStatus::Exited(process, 0), "a process ended with {ended:?}");
    }
    Ok(())
}

/// Whether the process sleeps; those here sleep nowhere but in their `read`.
fn is_asleep(process: Pid) -> Result<bool> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, after_the_name) = stat.rsplit_once(") ").context("stat has no name")?;
    ensure!(!after_the_name.starts_with('Z'), "a process has ended before it was to");
    Ok(after_the_name.starts_with('S'))
}
