//! Where there is room for few processes, right answers pass, wrong ones do not, and the limit is
//! named.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::libc;
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::Uid;

use crate::everyone::{OURS, verdicts_by_name};
use crate::support::{SUBMISSIONS, User, names, verdict_of};

/// A user for this process alone: the limit counts all that a user runs.
const FIRST_USER: u32 = 1_000_000;
const MOST_USERS: u32 = 100;

/// What the names of the submissions have in common that fill the room; no test fits beside them.
const BOMBS: &str = "fork_bomb";

/// Calls `run` with a command that leaves room for so many processes and threads, itself among
/// them.
fn with_room_for<T>(tasks: u64, run: impl FnOnce(&mut Command) -> T) -> T {
    static USERS: AtomicU32 = AtomicU32::new(0);
    // Relaxed: a number that no other call gets, and nothing else.
    let number = FIRST_USER + process::id() * MOST_USERS + USERS.fetch_add(1, Relaxed);
    let user = Uid::effective().is_root().then(|| User::new(number));
    let (mut command, most) = match &user {
        Some(user) => (user.command(), tasks),
        None => (Command::new(&*SUBMISSIONS), tasks + tasks_of_this_user()),
    };
    // SAFETY: the closure makes two system calls.
    unsafe {
        command.pre_exec(move || {
            setrlimit(Resource::RLIMIT_NPROC, most, most)?;
            // A fork bomb that has no room spins; that must not starve the tests beside it.
            libc::setpriority(libc::PRIO_PROCESS, 0, 19);
            Ok(())
        });
    }
    run(&mut command)
}

fn tasks_of_this_user() -> u64 {
    let user = Uid::current().to_string();
    let statuses = fs::read_dir("/proc").unwrap().flatten();
    let statuses =
        statuses.filter_map(|entry| fs::read_to_string(entry.path().join("status")).ok());
    let field = |status: &str, name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next().map(str::to_owned)
    };
    statuses
        .filter(|status| field(status, "Uid:").as_ref() == Some(&user))
        .filter_map(|status| field(&status, "Threads:")?.parse::<u64>().ok())
        .sum()
}

#[test]
fn room_for_64_is_enough() {
    let passes = |verdict: &str| verdict.starts_with("pass:");
    let rest = ["--skip", BOMBS, "--test-threads=2"];
    let judged = with_room_for(64, |command| verdicts_by_name(command.args(rest)));
    for (name, verdict) in OURS.iter().filter(|(name, _)| !name.contains(BOMBS)) {
        let judged = judged.get(name).map_or("no verdict", String::as_str);
        assert_eq!(passes(judged), passes(verdict), "{name}: {judged}");
    }
    for name in names(BOMBS) {
        let judged = with_room_for(64, |command| verdict_of(command, &name));
        assert!(judged.kind != "pass", "{name}");
    }
}

#[test]
fn too_little_room_is_named() {
    for tasks in 1..8 {
        let judged = with_room_for(tasks, |command| verdict_of(command, "passes::nothing"));
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
