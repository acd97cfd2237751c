//! `course contained`: what a [`super::Cage`] starts. No user types it.
//!
//! ```text
//! course grade
//!   └ course contained   holds the time limit; ends with its caller
//!       └ init           the first process of its PID namespace: all others end with it
//!           └ the command
//! ```

use std::env;
use std::ffi::OsString;
use std::io::{PipeReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::errno::Errno;
use nix::libc;
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::stat::{Mode, umask};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork, geteuid, setsid};

use super::wait::{code, wait};
use super::{NOBODY, mounts, network, rest};

/// The most memory that a process of a build may use, in bytes of address space.
const MEMORY_OF_A_BUILD: u64 = 3 << 30;
/// The longest file that may be written, in bytes.
const LONGEST_FILE: u64 = 1 << 30;

/// What tests see of the environment. The rest may hold secrets of the one who grades.
const ENVIRONMENT: [&str; 5] = ["PATH", "LANG", "LC_ALL", "GRADE_REPORT", "RUST_BACKTRACE"];

#[derive(Debug, clap::Args)]
pub struct Contained {
    /// Folders that are not to be seen
    #[arg(long)]
    hidden: Vec<PathBuf>,
    /// The folder that is to be seen
    #[arg(long)]
    open: PathBuf,
    /// Run tests, which may write to this folder
    #[arg(long)]
    room: Option<PathBuf>,
    #[arg(long)]
    limit_s: u64,
    #[arg(long)]
    without_namespaces: bool,
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

/// Runs a command contained and returns its exit status: 128 and the signal, where one ended it.
///
/// # Errors
///
/// Fails where the system refuses what it takes, and where the command cannot be started.
pub fn run(wanted: &Contained) -> Result<ExitCode> {
    let folder = env::current_dir().context("there is no current folder")?;
    umask(Mode::S_IWGRP | Mode::S_IWOTH);
    if wanted.without_namespaces {
        prctl::set_child_subreaper(true)?;
    } else {
        mounts::enter(&wanted.hidden, &wanted.open, wanted.room.as_deref())?;
    }
    let ends = SigSet::from(Signal::SIGCHLD);
    ends.thread_block()?;
    let (alive, life) = std::io::pipe()?;
    // SAFETY: this process has one thread, so the child may do what it likes.
    let init = match unsafe { fork() }.context("cannot fork")? {
        ForkResult::Parent { child } => child,
        ForkResult::Child => {
            drop(life);
            // What it starts begins with no signal blocked.
            let _ = ends.thread_unblock();
            let status = init(wanted, &folder, alive).unwrap_or_else(|error| {
                eprintln!("error: {error:#}");
                2
            });
            leave(status)
        }
    };
    drop(alive);
    let status = wait(init, &ends, Duration::from_secs(wanted.limit_s));
    if wanted.without_namespaces {
        rest::end();
    }
    drop(life);
    Ok(ExitCode::from(status))
}

/// The first process in the namespaces: starts the command, and waits for whatever ends.
fn init(wanted: &Contained, folder: &Path, mut alive: PipeReader) -> Result<u8> {
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    if is_closed(&mut alive)? {
        bail!("the program that started this one has gone");
    }
    let [program, arguments @ ..] = &wanted.command[..] else { bail!("there is no command") };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    if !wanted.without_namespaces {
        // Without a terminal, which could be written to.
        setsid()?;
        mounts::processes()?;
        network::bring_up()?;
    }
    limit(Resource::RLIMIT_FSIZE, LONGEST_FILE)?;
    if wanted.room.is_some() {
        command.env_clear().envs(
            ENVIRONMENT.iter().filter_map(|name| env::var_os(name).map(|value| (name, value))),
        );
        command.env("HOME", "/tmp");
        prctl::set_no_new_privs()?;
        if !wanted.without_namespaces && geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
    } else {
        limit(Resource::RLIMIT_AS, MEMORY_OF_A_BUILD)?;
        limit(Resource::RLIMIT_CORE, 0)?;
    }
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {}", Path::new(program).display()))?;
    if wanted.without_namespaces {
        let status = child.wait()?;
        return Ok(code(status.code(), status.signal()));
    }
    let child = Pid::from_raw(child.id().cast_signed());
    loop {
        // All orphans become its children, and each is to be waited for.
        match waitpid(None, None) {
            Ok(WaitStatus::Exited(pid, status)) if pid == child => {
                return Ok(code(Some(status), None));
            }
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid == child => {
                return Ok(code(None, Some(signal as i32)));
            }
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error).context("cannot wait"),
        }
    }
}

/// Whether the other end of the pipe is closed. It is not read from otherwise.
fn is_closed(alive: &mut PipeReader) -> Result<bool> {
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    fcntl(&*alive, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(alive.read(&mut [0]).is_ok())
}

fn limit(resource: Resource, most: u64) -> nix::Result<()> {
    let (_, hard) = getrlimit(resource)?;
    setrlimit(resource, most.min(hard), most.min(hard))
}

/// Ends this process at once: what its parent has buffered is not its own to write.
fn leave(status: u8) -> ! {
    // SAFETY: `_exit` takes any status and does not return.
    unsafe { libc::_exit(status.into()) }
}
