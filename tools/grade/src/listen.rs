//! Takes what a supervisor says and what the test prints, and notices who falls silent.

use std::io::{self, PipeReader, Read};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;

use crate::capture::Capture;
use crate::launcher;
use crate::supervisors;

/// How often we look whether the launcher is there and the supervisor goes on.
const TICK: Duration = Duration::from_millis(50);

/// What was heard of a supervisor.
pub(crate) enum Heard {
    /// All that it said before it ended.
    Said(Vec<u8>),
    /// Nothing before the deadline.
    Silent,
    /// A signal has stopped it.
    Stopped(Signal),
}

/// Listens until the supervisor has said all, or the deadline has come. Ends this process, with
/// all that it has started, where the launcher has gone.
pub(crate) fn listen(
    supervisor: &Child,
    verdict: &mut UnixStream,
    output: &mut PipeReader,
    capture: &mut Capture,
    deadline: Instant,
) -> io::Result<Heard> {
    let mut said = Vec::new();
    let mut buffer = [0; 8 << 10];
    let mut output_is_open = true;
    loop {
        if launcher::has_gone() {
            supervisors::end_everything();
        }
        if let Some(signal) = supervisors::stopped(supervisor) {
            return Ok(Heard::Stopped(signal));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Heard::Silent);
        }
        let wanted = if output_is_open { PollFlags::POLLIN } else { PollFlags::empty() };
        let mut ends =
            [PollFd::new(verdict.as_fd(), PollFlags::POLLIN), PollFd::new(output.as_fd(), wanted)];
        match poll(&mut ends, PollTimeout::try_from(left.min(TICK)).unwrap_or(PollTimeout::ZERO)) {
            Ok(0) | Err(Errno::EINTR) => continue,
            other => other?,
        };
        let [verdict_is_there, output_is_there] = ends.map(|end| end.any().unwrap_or(false));

        if output_is_open && output_is_there {
            let read = output.read(&mut buffer)?;
            capture.push(&buffer[..read]);
            output_is_open = read > 0;
        } else if verdict_is_there {
            match verdict.read(&mut buffer) {
                // The supervisor has said all, or died.
                Ok(0) => return Ok(Heard::Said(said)),
                Ok(read) => said.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                    return Ok(Heard::Said(said));
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Takes what is still in the pipe; never waits for its end, which a leftover process may hold.
pub(crate) fn drain(output: &mut PipeReader, capture: &mut Capture) -> io::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(&*output, FcntlArg::F_GETFL)?);
    fcntl(&*output, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    let mut buffer = [0; 8 << 10];
    // Bounded, should something still write: a pipe holds 1 MiB at the most by default.
    for _ in 0..1_024 {
        match output.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => capture.push(&buffer[..read]),
        }
    }
    Ok(())
}
