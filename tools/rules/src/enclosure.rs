//! Runs a program with kernel objects of its own, and lists those before and after it: POSIX and
//! System V queues, semaphores and shared memory, and the files and FIFOs of its temporary folder.
//! What other programs of the machine make meanwhile is not seen (namespaces(7)).

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};

use crate::process::{self, Ended};

/// Where POSIX shared memory and semaphores live (shm_overview(7), sem_overview(7)).
const SHARED_MEMORY: &str = "/dev/shm";

/// The arguments: the folder of the lists, that of the program, the program, and its arguments.
const SCRIPT: &str = r#"
place=$1 package=$2
shift 2
list() {
    for kind in msg sem shm; do
        sed -e 1d -e "s/^/System V $kind: /" "/proc/sysvipc/$kind"
    done
    ls -A /dev/shm | sed 's/^/shared memory or semaphore: /'
    ls -A "$place/queues" | sed 's/^/POSIX queue: /'
    find "$TMPDIR" -mindepth 1 | sed 's/^/temporary file: /'
}
cd "$package" || exit 126
list >"$place/before" && "$@"
status=$?
list >"$place/after" || exit 126
exit $status
"#;

/// What came of a run.
#[derive(Debug)]
pub struct Run {
    pub ended: Ended,
    /// What the grader reports, if a grader ran.
    pub report: String,
    /// What is there after the run and was not before, and what went.
    pub left: BTreeSet<String>,
    pub gone: BTreeSet<String>,
}

/// Why there can be no enclosure here, if there can be none.
pub fn is_refused() -> Option<String> {
    let refused = run(Path::new("/"), "true", &[], Duration::from_secs(60)).err()?;
    Some(format!("{refused:#}"))
}

/// Runs `program` in the folder `package`.
///
/// # Errors
///
/// Fails where the system refuses the namespaces, or a file system in them, or where the program
/// cannot be started or does not end within `limit`.
pub fn run(package: &Path, program: &str, arguments: &[&str], limit: Duration) -> Result<Run> {
    let place = tempfile::tempdir().context("cannot make a temporary folder")?;
    let [queues, temporary] = ["queues", "temporary"].map(|name| place.path().join(name));
    for folder in [&queues, &temporary] {
        fs::create_dir(folder).context("cannot make a temporary folder")?;
    }
    let report = place.path().join("report");
    let mut command = Command::new("sh");
    command.args(["-uc", SCRIPT, "sh"]).arg(place.path()).arg(package);
    command.arg(program).args(arguments);
    command.env("TMPDIR", &temporary).env("GRADE_REPORT", &report);
    let maps = [format!("0 {} 1", geteuid()), format!("0 {} 1", getegid())];
    // SAFETY: between fork and exec there is one thread, and `enter` makes system calls alone; short
    // paths need no memory, and the texts are made before.
    unsafe { command.pre_exec(move || enter(&queues, &maps)) };
    let ended = process::run(command, limit)?;
    let list = |name: &str| -> Result<BTreeSet<String>> {
        let text = fs::read_to_string(place.path().join(name));
        let text = text.with_context(|| format!("there is no list {name}: {}", ended.printed))?;
        Ok(text.lines().map(str::to_owned).collect())
    };
    let (before, after) = (list("before")?, list("after")?);
    ensure!(ended.status.code() != Some(126), "the lists are not whole: {}", ended.printed);
    let report = fs::read_to_string(report).unwrap_or_default();
    let (left, gone) = (&after - &before, &before - &after);
    Ok(Run { ended, report, left, gone })
}

/// Enters the namespaces, with an empty `/dev/shm` and a view of the queues.
fn enter(queues: &Path, maps: &[String; 2]) -> io::Result<()> {
    let kinds = CloneFlags::CLONE_NEWIPC | CloneFlags::CLONE_NEWNS;
    if geteuid().is_root() {
        unshare(kinds)?;
    } else {
        // A user may do this in a user namespace alone (user_namespaces(7)).
        unshare(kinds | CloneFlags::CLONE_NEWUSER)?;
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", &maps[0])?;
        fs::write("/proc/self/gid_map", &maps[1])?;
    }
    let none: Option<&str> = None;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("tmpfs"), SHARED_MEMORY, Some("tmpfs"), flags, Some("mode=1777"))?;
    match mount(Some("mqueue"), queues, Some("mqueue"), flags, none) {
        // This kernel has no queues of POSIX, so none can stay.
        Err(Errno::ENODEV) => Ok(()),
        answer => answer.map_err(io::Error::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    #[test]
    fn what_stays_is_seen_and_what_goes_is_not() {
        if is_refused().is_some() {
            return;
        }
        let of = |script| run(Path::new("/"), "sh", &["-c", script], LIMIT).unwrap();
        let makes = "cd /dev/shm; : >a; : >sem.b; mkfifo \"$TMPDIR/c\"; : >\"$TMPDIR/../queues/d\"";
        let left: Vec<String> = of(makes).left.iter().map(|line| short(line)).collect();
        let (queue, memory) = ("POSIX queue: d", "shared memory or semaphore: ");
        let wanted = [queue, &format!("{memory}a"), &format!("{memory}sem.b"), "temporary file: c"];
        assert_eq!(left, wanted);
        let run = of(&format!("{makes}; rm a sem.b \"$TMPDIR/c\" \"$TMPDIR/../queues/d\"; exit 7"));
        assert_eq!((run.left.len(), run.gone.len(), run.ended.status.code()), (0, 0, Some(7)));
    }

    /// The line of a list, without the folder of a file.
    fn short(line: &str) -> String {
        let (kind, thing) = line.split_once(": ").unwrap();
        format!("{kind}: {}", thing.rsplit('/').next().unwrap())
    }

    #[test]
    fn objects_of_system_v_are_seen() {
        if is_refused().is_some() || Command::new("ipcmk").arg("--version").output().is_err() {
            return;
        }
        let script = "ipcmk --queue && ipcmk --semaphore 1 && ipcmk --shmem 1";
        let left = run(Path::new("/"), "sh", &["-c", script], LIMIT).unwrap().left;
        let kinds: Vec<&str> = left.iter().filter_map(|line| line.split(": ").next()).collect();
        assert_eq!(kinds, ["System V msg", "System V sem", "System V shm"]);
    }
}
