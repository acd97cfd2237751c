//! Counts what a test holds before and after: descriptors, threads, zombies, kernel objects.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use nix::fcntl::{FcntlArg, fcntl};
use nix::unistd::{Pid, geteuid};

use crate::isolate::SHARED_MEMORY;
use crate::procfs;
use crate::verdict::{Failure, Kind};

/// The lists of System V objects, and what one is called.
const SYSTEM_V: [(&str, &str); 3] = [
    ("/proc/sysvipc/shm", "System V shared memory"),
    ("/proc/sysvipc/msg", "System V message queue"),
    ("/proc/sysvipc/sem", "System V semaphore set"),
];

/// A thread that was joined may be seen for a moment: so many looks, with such a pause.
const LOOKS: u32 = 500;
const PAUSE: Duration = Duration::from_millis(2);

/// The view of the queues is kept away from the numbers that the test gets.
const OUT_OF_THE_WAY: i32 = 200;

/// What this process holds: a name for each thing, by what it is.
pub(crate) struct Census {
    queues: Option<OwnedFd>,
    held: Held,
}

/// Things by a key that tells them apart, each with its name for the learner.
type Held = BTreeMap<String, String>;

impl Census {
    /// Counts before the test. `queues` is a view of the message queues, if there is one.
    pub(crate) fn take(queues: Option<OwnedFd>) -> io::Result<Census> {
        let queues = match queues {
            Some(queues) => {
                let number = fcntl(&queues, FcntlArg::F_DUPFD_CLOEXEC(OUT_OF_THE_WAY))?;
                // SAFETY: the descriptor is new, so nothing else owns it.
                Some(unsafe { OwnedFd::from_raw_fd(number) })
            }
            None => None,
        };
        let held = held(queues.as_ref());
        Ok(Census { queues, held })
    }

    /// Counts again, and names what has been added.
    pub(crate) fn compare(&self) -> Result<(), Failure> {
        for _ in 0..LOOKS {
            if procfs::threads(Pid::this()).len() == 1 {
                break;
            }
            thread::sleep(PAUSE);
        }
        let mut left = held(self.queues.as_ref());
        left.retain(|key, _| !self.held.contains_key(key));
        if left.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = left.into_values().collect();
        let message = format!("the test has ended and left behind:\n  {}", names.join("\n  "));
        Err(Failure::new(Kind::Leftovers, message))
    }
}

fn held(queues: Option<&OwnedFd>) -> Held {
    let mut held = Held::new();
    descriptors(&mut held);
    threads(&mut held);
    zombies(&mut held);
    objects(Path::new(SHARED_MEMORY), "shared memory", &mut held);
    let queues = queues.map(|queues| format!("/proc/self/fd/{}", queues.as_raw_fd()));
    let queues = queues.unwrap_or_else(|| "/dev/mqueue".to_owned());
    objects(Path::new(&queues), "message queue", &mut held);
    for (list, kind) in SYSTEM_V {
        system_v(list, kind, &mut held);
    }
    held
}

fn descriptors(held: &mut Held) {
    let Ok(entries) = fs::read_dir("/proc/self/fd") else { return };
    let numbers: Vec<u32> =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for number in numbers {
        // The descriptor of the listing itself is closed by now.
        let Ok(target) = fs::read_link(format!("/proc/self/fd/{number}")) else { continue };
        let target = target.display().to_string();
        let kind = match target.split_once(":[") {
            Some((kind, _)) => kind.to_owned(),
            None => target.clone(),
        };
        held.insert(format!("fd {number:5}"), format!("descriptor {number}, open: {kind}"));
    }
}

fn threads(held: &mut Held) {
    for folder in procfs::threads(Pid::this()).into_iter().skip(1) {
        let Some(stat) = procfs::stat(&folder) else { continue };
        let name = procfs::thread_name(&stat.name);
        held.insert(format!("thread {}", folder.display()), format!("a thread{name} that runs on"));
    }
}

fn zombies(held: &mut Held) {
    for pid in procfs::children(Pid::this()) {
        let Some(stat) = procfs::stat(&procfs::folder(pid)) else { continue };
        if stat.state == 'Z' {
            let name = procfs::program(&stat.name);
            held.insert(
                format!("zombie {pid}"),
                format!("a zombie ({name}): nobody waited for it"),
            );
        }
    }
}

/// The files in a folder of kernel objects that belong to this user.
fn objects(folder: &Path, kind: &str, held: &mut Held) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(data) = entry.metadata() else { continue };
        if data.uid() == geteuid().as_raw() {
            let file = entry.file_name().display().to_string();
            let (kind, name) = match file.strip_prefix("sem.") {
                Some(name) => ("named semaphore", name),
                None => (kind, file.as_str()),
            };
            // Inode: the same name may come back as another object.
            held.insert(format!("{kind} {name} {}", data.ino()), format!("{kind} `/{name}`"));
        }
    }
}

/// The objects of this user in a list of System V objects: a heading, then a line for each, with
/// key and identifier first and a `uid` further on.
fn system_v(list: &str, kind: &str, held: &mut Held) {
    let text = fs::read_to_string(list).unwrap_or_default();
    let mut lines = text.lines();
    let heading = lines.next().unwrap_or_default();
    let Some(user) = heading.split_whitespace().position(|field| field == "uid") else { return };
    for line in lines {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if let [_key, id, ..] = fields[..]
            && fields.get(user) == Some(&geteuid().to_string().as_str())
        {
            held.insert(format!("{kind} {id}"), kind.to_owned());
        }
    }
}
