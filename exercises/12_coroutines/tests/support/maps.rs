//! What is mapped in this process, see proc_pid_maps(5).

use std::fs;

use nix::unistd::{SysconfVar, sysconf};

/// The size of a page, in bytes.
pub fn page_size() -> usize {
    sysconf(SysconfVar::PAGE_SIZE).unwrap().expect("a system has pages") as usize
}

/// What may be done to the byte at this address, such as `rw-`; `None` where nothing is mapped.
pub fn rights(address: *const u8) -> Option<String> {
    let text = fs::read_to_string("/proc/self/maps").expect("a process can read its own mappings");
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let hex = |digits| usize::from_str_radix(digits, 16).ok();
        let is_there = (hex(start)?..hex(end)?).contains(&address.addr());
        is_there.then(|| words.next().unwrap_or_default().chars().take(3).collect())
    })
}

/// How many mappings there are.
pub fn count() -> usize {
    let text = fs::read_to_string("/proc/self/maps").expect("a process can read its own mappings");
    text.lines().count()
}
