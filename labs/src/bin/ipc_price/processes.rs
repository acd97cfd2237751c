//! Two processes that pass messages to each other.

use std::io::{PipeWriter, Read, Write, pipe};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use labkit::Cost;
use labs::cores;
use labs::messages::{mark, message};
use nix::libc;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, alarm, fork};

use crate::wires::{Kind, Wire};

/// Whoever waits that long for a partner that has gone is ended by its alarm.
const LONGEST_TURN_SECONDS: u32 = 60;

/// The core of the child; nothing where all have to share one.
pub type Core = Option<usize>;

/// The parent sends so many messages, and the child receives them.
pub fn one_way(core: Core, kind: Kind, size: usize, count: u64) -> Result<Cost> {
    let wire = Wire::new(kind, size)?;
    let receive_all = || {
        let mut receiver = wire.receiver()?;
        let (mut received, mut expected) = (message(size), message(size));
        for number in 0..count {
            receiver.receive(&mut received)?;
            mark(&mut expected, number);
            ensure!(received == expected, "message {number} is not what was sent");
        }
        Ok(())
    };
    beside(core, receive_all, || {
        let mut sender = wire.sender()?;
        let mut message = message(size);
        for number in 0..count {
            mark(&mut message, number);
            sender.send(&message)?;
        }
        Ok(())
    })
}

/// The parent sends a message and waits for it to come back from the child, so many times.
pub fn to_and_fro(core: Core, kind: Kind, size: usize, trips: u64) -> Result<Cost> {
    let (to, fro) = (Wire::new(kind, size)?, Wire::new(kind, size)?);
    let send_back = || {
        let (mut receiver, mut sender) = (to.receiver()?, fro.sender()?);
        let mut message = message(size);
        for _ in 0..trips {
            receiver.receive(&mut message)?;
            sender.send(&message)?;
        }
        Ok(())
    };
    beside(core, send_back, || {
        let (mut sender, mut receiver) = (to.sender()?, fro.receiver()?);
        let (mut sent, mut received) = (message(size), message(size));
        for number in 0..trips {
            mark(&mut sent, number);
            sender.send(&sent)?;
            receiver.receive(&mut received)?;
            ensure!(received == sent, "message {number} came back as another one");
        }
        Ok(())
    })
}

/// Does both at the same time, in two processes. The time on the clock begins when the child is ready, and
/// ends when both have ended their work; the processor time is all of it, with the birth of the child.
fn beside(
    core: Core,
    child: impl FnOnce() -> Result<()>,
    parent: impl FnOnce() -> Result<()>,
) -> Result<Cost> {
    let (wall, Cost { cpu, .. }) = Cost::of(|| {
        let (mut reports, report) = pipe()?;
        alarm::set(LONGEST_TURN_SECONDS);
        // SAFETY: this process has one thread.
        let child = match unsafe { fork() }? {
            ForkResult::Child => run_child(core, report, child),
            ForkResult::Parent { child } => child,
        };
        drop(report);
        let mut next = || reports.read_exact(&mut [0]).context("the child has failed");
        let worked = next().and_then(|()| {
            let start = Instant::now();
            parent()?;
            next()?;
            Ok(start.elapsed())
        });
        if worked.is_err() {
            // It may wait for what will never come. Where it has ended already, nothing is to be done.
            let _ = kill(child, Signal::SIGKILL);
        }
        let ended = waitpid(child, None)?;
        alarm::cancel();
        let wall = worked?;
        ensure!(ended == WaitStatus::Exited(child, 0), "the child has ended otherwise: {ended:?}");
        Ok(wall)
    })?;
    Ok(Cost { wall, cpu })
}

/// Reports when it begins and when its work is done, and ends the process, whatever comes.
fn run_child(core: Core, mut report: PipeWriter, work: impl FnOnce() -> Result<()>) -> ! {
    let run = || {
        alarm::set(LONGEST_TURN_SECONDS);
        core.map(cores::stay_on).transpose()?;
        report.write_all(&[0])?;
        work()?;
        Ok(report.write_all(&[0])?)
    };
    let status = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => 0,
        Ok(Err(error)) => {
            let error: anyhow::Error = error;
            eprintln!("error in the child: {error:#}");
            1
        }
        Err(_) => 1,
    };
    // SAFETY: `_exit` takes any status, and runs nothing of the parent's on its way out.
    unsafe { libc::_exit(status) }
}
