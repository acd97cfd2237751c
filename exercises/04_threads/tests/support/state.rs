//! What proc(5) shows of a unit: what it has open and mapped, where it is, what it blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use threads::world::Effect;

/// The state of the unit that looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What each descriptor leads to, and the position there.
    pub descriptors: BTreeMap<u32, (PathBuf, String)>,
    pub folder: PathBuf,
    pub mask: String,
    /// The range and the access of each mapping.
    pub mappings: BTreeSet<String>,
}

impl State {
    pub fn look() -> State {
        State {
            descriptors: descriptors(),
            folder: fs::read_link("/proc/thread-self/cwd").unwrap(),
            mask: field("/proc/thread-self/status", "SigBlk:").unwrap(),
            mappings: mappings(),
        }
    }

    /// Whether this effect has happened since `before`, as far as the kernel knows of it.
    pub fn shows(&self, effect: Effect, before: &State) -> bool {
        match effect {
            Effect::ClosedFd => before.descriptors.keys().any(|fd| !self.has(*fd)),
            Effect::MovedFileOffset => before.descriptors.iter().any(|(fd, (target, position))| {
                self.descriptors.get(fd).is_some_and(|now| now.0 == *target && now.1 != *position)
            }),
            Effect::ChangedCwd => self.folder != before.folder,
            Effect::ChangedSignalMask => self.mask != before.mask,
            Effect::NewMapping => !self.mappings.is_subset(&before.mappings),
            _ => panic!("the kernel knows nothing of {effect:?}"),
        }
    }

    pub fn has(&self, descriptor: u32) -> bool {
        self.descriptors.contains_key(&descriptor)
    }
}

fn descriptors() -> BTreeMap<u32, (PathBuf, String)> {
    let entries = fs::read_dir("/proc/self/fd").unwrap();
    let numbers: Vec<u32> =
        entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect();
    // The descriptor of the listing itself is closed by now.
    let described = |number| {
        let target = fs::read_link(format!("/proc/self/fd/{number}")).ok()?;
        let position = field(&format!("/proc/self/fdinfo/{number}"), "pos:")?;
        Some((number, (target, position)))
    };
    numbers.into_iter().filter_map(described).collect()
}

fn mappings() -> BTreeSet<String> {
    let text = fs::read_to_string("/proc/self/maps").unwrap();
    let described = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    text.lines().map(described).collect()
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    Some(text.lines().find_map(|line| line.strip_prefix(name))?.trim().to_owned())
}
