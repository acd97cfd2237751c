//! Two threads, or two processes, pass a byte to and fro by two pipes.
//!
//! Both do some work before they pass it on. The processor time is that of both, without birth and end.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use labkit::Cost;
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

use crate::cores;

/// To another thread and back, so many times.
///
/// # Errors
///
/// Fails where one of both fails, or where the other thread may not run `elsewhere`.
pub fn threads(
    elsewhere: Option<usize>,
    trips: u32,
    ours: impl FnMut() -> Result<()>,
    theirs: impl FnMut() -> Result<()> + Send,
) -> Result<Cost> {
    let (to_read, to_write) = pipe()?;
    let (mut fro_read, mut fro_write) = pipe()?;
    thread::scope(|scope| {
        let other = scope.spawn(move || {
            elsewhere.map_or(Ok(()), cores::stay_on)?;
            send_back(to_read, &mut fro_write, theirs)
        });
        let cost = send_and_wait(to_write, &mut fro_read, trips, ours);
        other.join().map_err(|_| anyhow!("the other thread has panicked"))??;
        cost
    })
}

/// To another process and back, so many times.
///
/// `theirs` runs in a child of a process that may have threads, so it must take no lock.
///
/// # Errors
///
/// Fails where one of both fails, or where the other process may not run `elsewhere`.
pub fn processes(
    elsewhere: Option<usize>,
    trips: u32,
    ours: impl FnMut() -> Result<()>,
    theirs: impl FnMut() -> Result<()>,
) -> Result<Cost> {
    let (to_read, to_write) = pipe()?;
    let (mut fro_read, mut fro_write) = pipe()?;
    // SAFETY: the child reads, writes and exits, whatever other threads do; `theirs` takes no lock.
    match unsafe { fork() }? {
        ForkResult::Child => {
            drop((to_write, fro_read));
            let work = || {
                elsewhere.map_or(Ok(()), cores::stay_on)?;
                let Cost { cpu, .. } = send_back(to_read, &mut fro_write, theirs)?;
                Ok::<_, anyhow::Error>(fro_write.write_all(&cpu.as_secs_f64().to_ne_bytes())?)
            };
            let status = match work() {
                Ok(()) => 0,
                Err(error) => {
                    eprintln!("error in the other process: {error:#}");
                    1
                }
            };
            // SAFETY: `_exit` takes any status, and runs nothing of the parent's on its way out.
            unsafe { libc::_exit(status) }
        }
        ForkResult::Parent { child } => {
            drop((to_read, fro_write));
            let cost = send_and_wait(to_write, &mut fro_read, trips, ours);
            let mut seconds = [0; size_of::<f64>()];
            let told = fro_read.read_exact(&mut seconds);
            let ended = waitpid(child, None)?;
            ensure!(ended == WaitStatus::Exited(child, 0), "the other process has failed");
            told.context("the other process has not told its processor time")?;
            let theirs = Duration::try_from_secs_f64(f64::from_ne_bytes(seconds))?;
            let Cost { wall, cpu } = cost?;
            Ok(Cost { wall, cpu: cpu + theirs })
        }
    }
}

/// Sends the byte and waits for it, so many times, and closes the pipe.
fn send_and_wait(
    mut to: PipeWriter,
    fro: &mut PipeReader,
    trips: u32,
    mut work: impl FnMut() -> Result<()>,
) -> Result<Cost> {
    let mut there_and_back = || -> Result<()> {
        work()?;
        to.write_all(&[1])?;
        Ok(fro.read_exact(&mut [0])?)
    };
    // The first trip waits for the other one to begin.
    there_and_back()?;
    let ((), cost) = Cost::of(|| (0..trips).try_for_each(|_| there_and_back()))?;
    Ok(cost)
}

/// Sends each byte back, until no more can come. Returns what that has cost since the first one.
fn send_back(
    mut to: PipeReader,
    fro: &mut PipeWriter,
    mut work: impl FnMut() -> Result<()>,
) -> Result<Cost> {
    let mut byte = [0];
    let mut comes = || -> Result<bool> {
        if to.read(&mut byte)? == 0 {
            return Ok(false);
        }
        work()?;
        fro.write_all(&byte)?;
        Ok(true)
    };
    comes()?;
    let ((), cost) = Cost::of(|| {
        while comes()? {}
        Ok(())
    })?;
    Ok(cost)
}
