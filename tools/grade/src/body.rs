//! The process that runs the test.

use std::io::{self, Write};
use std::os::unix::net::UnixDatagram;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;

use nix::libc;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::{prctl, signal::Signal};
use nix::unistd::{Pid, dup2_stdout, setpgid};

use crate::census::Census;
use crate::isolate;
use crate::message::{self, Secret, Verdict};
use crate::needs::Needs;
use crate::options::Options;
use crate::panics;
use crate::procfs;
use crate::verdict::{Failure, Kind, TestResult};

/// Runs the test in a freshly forked process, reports, and ends the process.
///
/// A child that the test forks and that comes back here reports too: that it has escaped.
pub(crate) fn run<T: TestResult>(
    options: &Options,
    test: fn() -> T,
    supervisor: Pid,
    isolated: bool,
    secret: &Secret,
    report: &UnixDatagram,
) -> ! {
    // A datagram that cannot be sent leaves the process without a verdict, which is no pass.
    let send = |verdict: &Verdict| drop(report.send(&message::encode(secret, verdict)));
    let census = match prepare(options, supervisor, isolated) {
        Ok(census) => census,
        Err(failure) => {
            send(&Err(failure));
            leave(1)
        }
    };
    let body = process::id();

    let outcome = outcome(options, test);

    // The buffer of a test that passed may hold a last line without its end.
    let _ = io::stdout().flush();
    let verdict = if process::id() == body {
        outcome.and_then(|()| census.map_or(Ok(()), |census| census.compare()))
    } else {
        Err(escape(outcome))
    };
    send(&verdict);
    leave(if verdict.is_ok() { 0 } else { 1 })
}

/// Contains this process, and counts what it holds, where the test asks for that.
fn prepare(options: &Options, supervisor: Pid, isolated: bool) -> Result<Option<Census>, Failure> {
    contain(options, supervisor).map_err(|error| Failure::not_started(&error.into()))?;
    if let Some(lacking) = options.needs.and_then(Needs::lacking) {
        return Err(lacking);
    }
    if !options.census {
        return Ok(None);
    }
    let queues = if isolated { Some(isolate::enter().map_err(isolate::refused)?) } else { None };
    Census::take(queues).map(Some).map_err(|error| Failure::not_started(&error))
}

/// Runs the test and judges what this process can see of it.
pub(crate) fn outcome<T: TestResult>(options: &Options, test: fn() -> T) -> Verdict {
    panics::watch();
    let result = catch_unwind(AssertUnwindSafe(test));
    let verdict = match (result, options.should_panic) {
        (Ok(value), "") => value.into_error().map_or(Ok(()), |error| Err(panic(error))),
        (Ok(_), wanted) => Err(panic(format!("the test must panic with `{wanted}` and did not"))),
        (Err(payload), "") => Err(panic(panics::last().unwrap_or_else(|| {
            format!("panicked:\n{}", panics::text(&*payload).unwrap_or_default())
        }))),
        (Err(payload), wanted) if is_wanted(panics::text(&*payload), wanted) => Ok(()),
        (Err(_), wanted) => {
            let said = panics::last().unwrap_or_default();
            Err(panic(format!("the test must panic with `{wanted}`, but it {said}")))
        }
    };
    if verdict.is_err() || options.panics_ok {
        return verdict;
    }
    match panics::elsewhere() {
        Some(text) => Err(panic(text)),
        None if panics::are_heard() => Ok(()),
        None => Err(panic(
            "the panic hook was changed and not put back, so a panic on another thread would go \
             unseen"
                .to_owned(),
        )),
    }
}

/// A stub may say the wanted words too: `todo!("say that the cheese is out")`.
fn is_wanted(message: Option<&str>, wanted: &str) -> bool {
    const STUB: &str = "not yet implemented";
    message.is_some_and(|message| {
        message.contains(wanted) && (!message.starts_with(STUB) || wanted.starts_with(STUB))
    })
}

fn panic(message: String) -> Failure {
    Failure::new(Kind::Panic, message)
}

fn escape(outcome: Verdict) -> Failure {
    let how = match outcome {
        Ok(()) => "returned into the test".to_owned(),
        Err(failure) => format!("ran on into the test, where it {}", failure.message),
    };
    Failure::new(
        Kind::Escaped,
        format!(
            "a forked child {how}\n\
             After fork, the child must end by _exit, or by a signal, and never return."
        ),
    )
}

/// Ends this process at once: no destructor, no buffer written twice.
pub(crate) fn leave(status: i32) -> ! {
    // SAFETY: `_exit` takes any status and does not return.
    unsafe { libc::_exit(status) }
}

/// Ties this process to its supervisor and limits what it may use.
fn contain(options: &Options, supervisor: Pid) -> nix::Result<()> {
    setpgid(Pid::from_raw(0), Pid::from_raw(0))?;
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    if Pid::parent() != supervisor {
        leave(1); // It died before we were tied to it.
    }
    prctl::set_name(procfs::BODY)?;
    dup2_stdout(io::stderr())?;

    // No core dump: 1 stops those that go to a program too, 0 only those that go to a file
    // (core(5)).
    limit(Resource::RLIMIT_CORE, 1)?;
    limit(Resource::RLIMIT_FSIZE, options.file_mb << 20)?;
    if options.mem_mb > 0 {
        limit(Resource::RLIMIT_AS, options.mem_mb << 20)?;
    }
    // A last resort, should the supervisor die too: twice the time-out on two cores.
    limit(Resource::RLIMIT_CPU, options.timeout_ms / 1_000 * 4 + 4)?;
    // The limit counts all tasks of the user, so allow those of the machine, and some. The
    // supervisor counts too, since root has no such limit.
    match procfs::tasks_of_the_machine() {
        Some(tasks) => limit(Resource::RLIMIT_NPROC, tasks + options.processes as u64),
        None => Ok(()),
    }
}

fn limit(resource: Resource, most: u64) -> nix::Result<()> {
    // A limit that is already lower stays: an ordinary user cannot raise it.
    let (_, hard) = nix::sys::resource::getrlimit(resource)?;
    setrlimit(resource, most.min(hard), most.min(hard))
}
