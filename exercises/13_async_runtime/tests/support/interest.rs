//! What the epoll descriptors of this process watch (proc_pid_fdinfo(5)).

use std::fs;

/// How often a descriptor of this number stands in the interest lists of epoll descriptors.
pub fn registrations_of(number: i32) -> usize {
    let number = number.to_string();
    epolls()
        .map(|entry| {
            let info = format!("/proc/self/fdinfo/{}", entry.file_name().display());
            let info = fs::read_to_string(info).expect("the descriptor is open");
            // Such as `tfd:        5 events:       19 ..`.
            let watches = |line: &&str| {
                let mut words = line.split_whitespace();
                words.next() == Some("tfd:") && words.next() == Some(&number)
            };
            info.lines().filter(watches).count()
        })
        .sum()
}

/// How many epoll descriptors are open.
pub fn open_epolls() -> usize {
    epolls().count()
}

fn epolls() -> impl Iterator<Item = fs::DirEntry> {
    let entries = fs::read_dir("/proc/self/fd").expect("/proc shows each process itself").flatten();
    entries.filter(|entry| {
        fs::read_link(entry.path()).is_ok_and(|link| link.as_os_str() == "anon_inode:[eventpoll]")
    })
}
