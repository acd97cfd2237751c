//! One poll(2) for all that can happen: room in a pipe, bytes in two more, the end of the program.
//!
//! The tempting mistake is to do one thing after the other: to write all of the input and then read,
//! or to read one output to its end and then the other. Each step waits for a program that may be
//! waiting for the next one. Who talks over several pipes waits for all of them in one call.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc::{self, c_int, c_short, pollfd};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::given::Outcome;

/// What there is of a program that has ended.
#[derive(Debug)]
pub struct Captured {
    /// What was printed to its standard output.
    pub stdout: Vec<u8>,
    /// What was printed to its standard error.
    pub stderr: Vec<u8>,
    /// How it has ended.
    pub outcome: Outcome,
    /// How many bytes of the input went into the pipe to it.
    pub input_taken: usize,
}

/// Why there is not all of it.
#[derive(Debug)]
pub enum CommError {
    /// The program was not started.
    Spawn(io::Error),
    /// The time is over. This is what there was by then.
    TimedOut(Box<Captured>),
    /// An output has more than `limit` bytes. This has the first `limit` of them.
    TooMuchOutput(Box<Captured>),
    /// Something else failed. The program has been killed.
    Io(io::Error),
}

/// Runs a program in a process group of its own: writes `input` to its standard input and closes
/// that, reads its standard output and standard error to their ends, and waits until it has ended.
/// It does all of this at the same time, however the program reads, prints and closes, in the thread
/// of the caller, which sleeps while there is nothing to do. Input that is not read is no error: when
/// the program and both outputs have ended, it is over, though another process may hold the input.
///
/// When `timeout` is over ([`Duration::MAX`] never is), or an output has more than `limit` bytes, it
/// kills the process group, waits for the program alone, and returns. A process that has left the
/// group may run on then, and keep an output open. Where nothing fails, no other process is killed.
///
/// Signals that the caller handles neither end nor prolong the call. SIGPIPE is ignored, as in every
/// Rust program, and SIGCHLD is not. The call leaves no child, no thread and no descriptor.
///
/// # Errors
///
/// Fails as [`CommError`] says.
pub fn communicate(
    command: &mut Command,
    input: &[u8],
    limit: usize,
    timeout: Duration,
) -> Result<Captured, CommError> {
    // Where the sum is too large for a clock, the deadline never comes.
    let deadline = Instant::now().checked_add(timeout);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().map_err(CommError::Spawn)?;
    let mut talk = Talk { input, limit, ..Talk::default() };
    let end = talk.take_pipes(&mut child).and_then(|()| talk.run(deadline));
    if !matches!(end, Ok(End::All)) {
        // Nobody has waited for the program, so its ID cannot be that of another group. The call
        // fails where no process is left in the group.
        let _ = killpg(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL);
    }
    let status = child.wait().map_err(CommError::Io)?;
    let [stdout, stderr] = talk.printed;
    let captured = Captured { stdout, stderr, outcome: status.into(), input_taken: talk.taken };
    match end.map_err(CommError::Io)? {
        End::All => Ok(captured),
        End::TimedOut => Err(CommError::TimedOut(Box::new(captured))),
        End::TooMuch => Err(CommError::TooMuchOutput(Box::new(captured))),
    }
}

/// How a conversation ends.
enum End {
    All,
    TimedOut,
    TooMuch,
}

/// A conversation with a program. What has ended is `None`.
#[derive(Default)]
struct Talk<'a> {
    stdin: Option<File>,
    input: &'a [u8],
    taken: usize,
    outputs: [Option<File>; 2],
    printed: [Vec<u8>; 2],
    limit: usize,
    /// Readable when the program has ended.
    program: Option<OwnedFd>,
}

impl Talk<'_> {
    fn take_pipes(&mut self, child: &mut Child) -> io::Result<()> {
        self.program = Some(pidfd_of(child)?);
        // No input: the pipe is closed right here.
        self.stdin = unblocked(child.stdin.take())?.filter(|_| !self.input.is_empty());
        self.outputs = [unblocked(child.stdout.take())?, unblocked(child.stderr.take())?];
        Ok(())
    }

    /// Input that nobody has taken holds up nothing.
    fn is_over(&self) -> bool {
        self.program.is_none() && self.outputs.iter().all(Option::is_none)
    }

    fn run(&mut self, deadline: Option<Instant>) -> io::Result<End> {
        while !self.is_over() {
            let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            let [input, stdout, stderr, program] = self.wait(left)?;
            if input {
                self.feed()?;
            }
            if stdout && self.read(0)? || stderr && self.read(1)? {
                return Ok(End::TooMuch);
            }
            if program {
                self.program = None;
            }
            if left == Some(Duration::ZERO) && !self.is_over() {
                return Ok(End::TimedOut);
            }
        }
        Ok(End::All)
    }

    /// Sleeps until there is something to do, and tells where.
    fn wait(&self, left: Option<Duration>) -> io::Result<[bool; 4]> {
        let raw = |file: &Option<File>| file.as_ref().map(AsRawFd::as_raw_fd);
        let program = self.program.as_ref().map(AsRawFd::as_raw_fd);
        let mut fds = [
            waited_for(raw(&self.stdin), libc::POLLOUT),
            waited_for(raw(&self.outputs[0]), libc::POLLIN),
            waited_for(raw(&self.outputs[1]), libc::POLLIN),
            waited_for(program, libc::POLLIN),
        ];
        // SAFETY: the array is valid for the call, and the number is its length.
        let answer = unsafe { libc::poll(fds.as_mut_ptr(), fds.len() as _, milliseconds(left)) };
        match Errno::result(answer) {
            // POLLHUP and POLLERR count, too: the next call tells the end from the error.
            Ok(_) => Ok(fds.map(|fd| fd.revents != 0)),
            Err(Errno::EINTR) => Ok([false; 4]),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes what there is room for.
    fn feed(&mut self) -> io::Result<()> {
        let Some(stdin) = &mut self.stdin else { return Ok(()) };
        match stdin.write(&self.input[self.taken..]) {
            Ok(written) => self.taken += written,
            Err(error) if is_for_now(&error) => {}
            // Nobody reads, or will ever read.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.stdin = None,
            Err(error) => return Err(error),
        }
        if self.taken == self.input.len() {
            self.stdin = None;
        }
        Ok(())
    }

    /// Reads what there is, once; `true` where that is too much.
    fn read(&mut self, output: usize) -> io::Result<bool> {
        let Some(pipe) = &mut self.outputs[output] else { return Ok(false) };
        let mut bytes = [0; 1 << 16];
        match pipe.read(&mut bytes) {
            Ok(0) => self.outputs[output] = None,
            Ok(count) => {
                let printed = &mut self.printed[output];
                let wanted = count.min(self.limit - printed.len());
                printed.extend_from_slice(&bytes[..wanted]);
                return Ok(wanted < count);
            }
            Err(error) if is_for_now(&error) => {}
            Err(error) => return Err(error),
        }
        Ok(false)
    }
}

/// A descriptor of the program itself (pidfd_open(2)).
fn pidfd_of(child: &Child) -> io::Result<OwnedFd> {
    // SAFETY: the call takes two numbers.
    let answer = unsafe { libc::syscall(libc::SYS_pidfd_open, child.id(), 0) };
    let descriptor = Errno::result(answer)? as c_int;
    // SAFETY: the descriptor is new, so nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Our end of a pipe, which never blocks from now on. The end of the program is as it was.
fn unblocked(end: Option<impl Into<OwnedFd>>) -> io::Result<Option<File>> {
    let Some(end) = end else { return Ok(None) };
    let end = end.into();
    fcntl(&end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(Some(File::from(end)))
}

/// poll(2) passes over a descriptor of -1.
fn waited_for(descriptor: Option<c_int>, events: c_short) -> pollfd {
    pollfd { fd: descriptor.unwrap_or(-1), events, revents: 0 }
}

/// Rounded up: who sleeps too short a time looks too early, again and again.
fn milliseconds(left: Option<Duration>) -> c_int {
    let count = |left: Duration| left.as_nanos().div_ceil(1_000_000);
    left.map_or(-1, |left| count(left).try_into().unwrap_or(c_int::MAX))
}

fn is_for_now(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
