//! Where there is room for few processes, right answers pass, wrong ones do not, and the limit is
//! named.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::libc;
use nix::sched::{CloneFlags, unshare};
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::{Gid, Uid};

use crate::everyone::{OURS, verdicts_by_name};
use crate::support::build::SUBMISSIONS;
use crate::support::{User, names, verdict_of};

/// A user for this process alone: the limit counts all that a user runs.
const FIRST_USER: u32 = 1_000_000;
const MOST_USERS: u32 = 100;

/// What the names of the submissions have in common that fill the room; no test fits beside them.
const BOMBS: &str = "fork_bomb";

/// Calls `run` with a command that leaves room for so many processes and threads, itself among
/// them. `None`: the system has no user for this alone.
fn with_room_for<T>(tasks: u64, run: impl FnOnce(&mut Command) -> T) -> Option<T> {
    static USERS: AtomicU32 = AtomicU32::new(0);
    // Relaxed: a number that no other call gets, and nothing else.
    let number = FIRST_USER + process::id() * MOST_USERS + USERS.fetch_add(1, Relaxed);
    let user = Uid::effective().is_root().then(|| User::new(number));
    let mut command = match &user {
        Some(user) => user.command(),
        None => in_a_namespace()?,
    };
    // SAFETY: the closure makes one system call.
    unsafe {
        command.pre_exec(move || Ok(setrlimit(Resource::RLIMIT_NPROC, tasks, tasks)?));
    }
    Some(run(&mut command))
}

/// A command in a user namespace: there the limit counts the tasks of the namespace alone
/// (user_namespaces(7)).
fn in_a_namespace() -> Option<Command> {
    let (user, group) = (Uid::current(), Gid::current());
    let maps = [
        ("/proc/self/setgroups", "deny".to_owned()),
        ("/proc/self/uid_map", format!("{user} {user} 1")),
        ("/proc/self/gid_map", format!("{group} {group} 1")),
    ];
    let enter = move || {
        unshare(CloneFlags::CLONE_NEWUSER)?;
        maps.iter().try_for_each(|(file, map)| fs::write(file, map))
    };
    let in_it = |program: &OsStr| {
        let mut command = Command::new(program);
        // SAFETY: the closure makes system calls and little else, and glibc keeps its allocator
        // usable after fork.
        unsafe { command.pre_exec(enter.clone()) };
        command
    };
    if let Err(error) = in_it("true".as_ref()).status() {
        eprintln!("note: no user namespace here ({error}), so nobody can have little room");
        return None;
    }
    Some(in_it(SUBMISSIONS.as_os_str()))
}

/// Lets the command go after all others: a fork bomb without room spins until its time is over, and
/// must not starve the tests beside it.
fn yielding(command: &mut Command) -> &mut Command {
    // SAFETY: the closure makes one system call, which cannot fail for the own process.
    unsafe {
        command.pre_exec(|| {
            libc::setpriority(libc::PRIO_PROCESS, 0, 19);
            Ok(())
        })
    }
}

#[test]
fn room_for_64_is_enough() {
    let rest = ["--skip", BOMBS, "--test-threads=2"];
    let Some(judged) = with_room_for(64, |command| verdicts_by_name(command.args(rest))) else {
        return;
    };
    for (name, verdict) in OURS.iter().filter(|(name, _)| !name.contains(BOMBS)) {
        assert_eq!(judged.get(name), Some(verdict), "{name}");
    }
    for name in names(BOMBS) {
        let judged = with_room_for(64, |command| verdict_of(yielding(command), &name));
        assert!(judged.is_some_and(|judged| judged.kind != "pass"), "{name}");
    }
}

#[test]
fn too_little_room_is_named() {
    for tasks in 1..8 {
        let judged = with_room_for(tasks, |command| verdict_of(command, "passes::nothing"));
        let Some(judged) = judged else { return };
        if tasks > 4 {
            assert_eq!(judged.kind, "pass", "room for {tasks}: {judged}");
        } else {
            insta::allow_duplicates! {
                insta::assert_snapshot!(judged.to_string(), @r#"
                limit: the test cannot be started: Resource temporarily unavailable (os error 11).
                This user has as many processes and threads as the system allows (`ulimit -u`): end some, or raise the limit.
                "#);
            }
        }
    }
}
