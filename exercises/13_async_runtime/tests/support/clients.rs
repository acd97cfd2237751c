//! Clients of an echo server on loopback, in a process of their own.

use std::io::{self, PipeReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::panic::{self, AssertUnwindSafe};

use nix::libc;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

/// So many connections, or as many as the system lets a process hold, said by name.
pub fn allowed(wanted: usize) -> usize {
    /// For what a test holds besides.
    const SPARE: u64 = 64;
    let needed = wanted as u64 + SPARE;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    if soft < needed {
        setrlimit(Resource::RLIMIT_NOFILE, needed.min(hard), hard).unwrap();
    }
    if hard < needed {
        println!("skipped in part: the system lets a process have {hard} descriptors at most");
    }
    needed.min(hard.max(soft)).saturating_sub(SPARE) as usize
}

/// The process of the clients.
pub struct Clients {
    process: Pid,
}

impl Clients {
    /// Starts a process that opens so many connections, and sends a message on each. When all have
    /// been answered, it does so again, the last connection first; then it closes them. The pipe ends
    /// when the process does.
    pub fn start(server: SocketAddr, connections: usize) -> (Clients, PipeReader) {
        let (end, held) = io::pipe().unwrap();
        // SAFETY: the process has one thread.
        match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => (Clients { process: child }, end),
            ForkResult::Child => {
                drop(end);
                let told = panic::catch_unwind(AssertUnwindSafe(|| talk(server, connections)));
                drop(held);
                let code = if matches!(told, Ok(Ok(()))) { 0 } else { 1 };
                // SAFETY: this ends the child, in which nothing else is to be done.
                unsafe { libc::_exit(code) }
            }
        }
    }

    /// Whether each message was answered by the same.
    pub fn are_content(self) -> bool {
        matches!(waitpid(self.process, None), Ok(WaitStatus::Exited(_, 0)))
    }
}

fn talk(server: SocketAddr, connections: usize) -> io::Result<()> {
    let mut open = Vec::new();
    for number in 0..connections {
        let mut stream = TcpStream::connect(server)?;
        ask(&mut stream, number)?;
        open.push(stream);
    }
    for (number, stream) in open.iter_mut().enumerate().rev() {
        ask(stream, number + connections)?;
    }
    Ok(())
}

fn ask(stream: &mut TcpStream, number: usize) -> io::Result<()> {
    let message = number.to_ne_bytes();
    stream.write_all(&message)?;
    let mut answer = [0; size_of::<usize>()];
    stream.read_exact(&mut answer)?;
    if answer == message { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}
