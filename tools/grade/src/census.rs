//! Counts what a test holds before and after: descriptors, threads, children, kernel objects.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
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

/// The descriptors of the census are kept away from the numbers that the test gets.
const OUT_OF_THE_WAY: i32 = 200;

/// In the mode of shared memory: it has been removed (shmctl(2)).
const SHM_DEST: u32 = 0o1000;

/// The most that are named.
const NAMED: usize = 8;

/// What this process holds before the test.
pub(crate) struct Census {
    /// A view of the message queues.
    queues: Option<OwnedFd>,
    /// Room for counting again, should the test have used up all descriptors.
    room: OwnedFd,
    held: Held,
}

#[derive(Default)]
struct Held {
    /// The places that could be read.
    places: BTreeSet<String>,
    /// Things by a key that tells them apart, each with its name for the learner.
    things: BTreeMap<String, String>,
}

impl Census {
    /// Counts before the test. `queues` is a view of the message queues, if there is one.
    pub(crate) fn take(queues: Option<OwnedFd>) -> io::Result<Census> {
        let queues = queues.map(out_of_the_way).transpose()?;
        let room = out_of_the_way(File::open("/dev/null")?)?;
        let held = Held::count(queues.as_ref());
        Ok(Census { queues, room, held })
    }

    /// Counts again, and names what has been added.
    pub(crate) fn compare(self) -> Result<(), Failure> {
        drop(self.room);
        for _ in 0..LOOKS {
            if procfs::threads(Pid::this()).len() <= 1 {
                break;
            }
            thread::sleep(PAUSE);
        }
        let mut now = Held::count(self.queues.as_ref());
        if let Some(place) = self.held.places.difference(&now.places).last() {
            let message = format!(
                "nobody can say what the test has left: {place} can no longer be read.\n\
                 Has the test lowered a limit, or changed its root, and not put it back?"
            );
            return Err(Failure::new(Kind::Leftovers, message));
        }
        now.things.retain(|key, _| !self.held.things.contains_key(key));
        if now.things.is_empty() {
            return Ok(());
        }
        let mut names: Vec<String> = now.things.into_values().collect();
        let all = names.len();
        names.truncate(NAMED);
        if all > NAMED {
            names.push(format!("and {} more", all - NAMED));
        }
        let message = format!("the test has ended and left behind:\n  {}", names.join("\n  "));
        Err(Failure::new(Kind::Leftovers, message))
    }
}

fn out_of_the_way(descriptor: impl AsFd) -> io::Result<OwnedFd> {
    let number = fcntl(descriptor, FcntlArg::F_DUPFD_CLOEXEC(OUT_OF_THE_WAY))?;
    // SAFETY: the descriptor is new, so nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

impl Held {
    fn count(queues: Option<&OwnedFd>) -> Held {
        let mut held = Held::default();
        descriptors(&mut held);
        threads(&mut held);
        children(&mut held);
        objects(SHARED_MEMORY, "shared memory", &mut held);
        let queues = queues.map(|queues| format!("/proc/self/fd/{}", queues.as_raw_fd()));
        objects(queues.as_deref().unwrap_or("/dev/mqueue"), "message queue", &mut held);
        for (list, kind) in SYSTEM_V {
            system_v(list, kind, &mut held);
        }
        held
    }

    fn add(&mut self, key: String, name: String) {
        self.things.insert(key, name);
    }
}

fn descriptors(held: &mut Held) {
    const PLACE: &str = "/proc/self/fd";
    let Ok(entries) = fs::read_dir(PLACE) else { return };
    held.places.insert(PLACE.to_owned());
    let numbers: Vec<u32> =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for number in numbers {
        // The descriptor of the listing itself is closed by now.
        let link = format!("{PLACE}/{number}");
        let (Ok(target), Ok(data)) = (fs::read_link(&link), fs::metadata(&link)) else { continue };
        let target = target.display().to_string();
        let kind = match target.split_once(":[") {
            Some((kind, _)) => kind.to_owned(),
            None => target.clone(),
        };
        // A number that leads elsewhere now, such as a standard stream, has not been put back.
        let key = format!("fd {number:5} {} {}", data.dev(), data.ino());
        held.add(key, format!("descriptor {number}, open: {kind}"));
    }
}

fn threads(held: &mut Held) {
    for folder in procfs::threads(Pid::this()).into_iter().skip(1) {
        let Some(stat) = procfs::stat(&folder) else { continue };
        let name = procfs::thread_name(&stat.name);
        held.add(format!("thread {}", folder.display()), format!("a thread{name} that runs on"));
    }
}

/// Whether a child has ended by now is a matter of luck; that nobody waited for it is none.
fn children(held: &mut Held) {
    for pid in procfs::children(Pid::this()) {
        let Some(stat) = procfs::stat(&procfs::folder(pid)) else { continue };
        let kind = if stat.state == 'Z' { "zombie" } else { "child" };
        let name = procfs::program(&stat.name);
        held.add(format!("child {pid}"), format!("a {kind} ({name}): nobody waited for it"));
    }
}

/// The files in a folder of kernel objects that belong to this user.
fn objects(folder: &str, kind: &str, held: &mut Held) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    held.places.insert(folder.to_owned());
    for entry in entries.flatten() {
        let Ok(data) = entry.metadata() else { continue };
        if data.uid() == geteuid().as_raw() {
            let file = entry.file_name().display().to_string();
            let (kind, name) = match file.strip_prefix("sem.") {
                Some(name) => ("named semaphore", name),
                None => (kind, file.as_str()),
            };
            // Inode: the same name may come back as another object.
            held.add(format!("{kind} {name} {}", data.ino()), format!("{kind} `/{name}`"));
        }
    }
}

/// The objects of this user in a list of System V objects: a heading, then a line for each, with
/// the identifier in second place.
fn system_v(list: &str, kind: &str, held: &mut Held) {
    let Ok(text) = fs::read_to_string(list) else { return };
    held.places.insert(list.to_owned());
    let mut lines = text.lines();
    let heading = lines.next().unwrap_or_default();
    let column = |name| heading.split_whitespace().position(|field| field == name);
    let (Some(user), Some(mode)) = (column("uid"), column("perms")) else { return };
    for line in lines {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (Some(id), Some(user), Some(mode)) =
            (fields.get(1), fields.get(user), fields.get(mode))
        else {
            continue;
        };
        // Removed memory goes with the last process that has it attached (shmctl(2)).
        let removed = u32::from_str_radix(mode, 8).is_ok_and(|mode| mode & SHM_DEST != 0);
        if *user == geteuid().to_string() && !removed {
            held.add(format!("{kind} {id}"), kind.to_owned());
        }
    }
}
