//! Who holds the other end of a pipe: a reader waits as long as anyone may still write.

use std::fs;
use std::path::Path;

use nix::libc;
use nix::unistd::Pid;

use crate::procfs;

/// An end of a pipe or FIFO.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Reading,
    Writing,
}

/// Says which of the `processes`, each with what it is called, hold this end of `pipe`, a name
/// such as `pipe:[4711]`.
pub(crate) fn holders(pipe: &str, end: End, processes: &[(Pid, String)]) -> String {
    let held: Vec<String> = processes
        .iter()
        .flat_map(|(pid, who)| {
            let folder = procfs::folder(*pid);
            let held = descriptors(&folder, pipe, end);
            held.into_iter().map(move |descriptor| format!("{who}, descriptor {descriptor}"))
        })
        .collect();
    let name = match end {
        End::Reading => "reading",
        End::Writing => "writing",
    };
    match held[..] {
        [] => format!("no process of the test has its {name} end open"),
        _ => format!("its {name} end is open in {}", held.join("; in ")),
    }
}

/// The descriptors of a process that are this end of the pipe, in order.
fn descriptors(process: &Path, pipe: &str, end: End) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(process.join("fd")) else { return Vec::new() };
    let mut found: Vec<u32> = entries
        .flatten()
        .filter(|entry| fs::read_link(entry.path()).is_ok_and(|link| link.as_os_str() == pipe))
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|descriptor| may(process, *descriptor, end))
        .collect();
    found.sort_unstable();
    found
}

/// Whether a descriptor is open for what this end of a pipe does.
fn may(process: &Path, descriptor: u32, end: End) -> bool {
    let text = fs::read_to_string(process.join(format!("fdinfo/{descriptor}")));
    // `flags:` and an octal number, as open(2) takes it.
    let flags = text.ok().and_then(|text| {
        let flags = text.lines().find_map(|line| line.strip_prefix("flags:"))?.trim().to_owned();
        i32::from_str_radix(&flags, 8).ok()
    });
    let wanted = match end {
        End::Reading => libc::O_RDONLY,
        End::Writing => libc::O_WRONLY,
    };
    flags
        .map(|flags| flags & libc::O_ACCMODE)
        .is_some_and(|mode| [wanted, libc::O_RDWR].contains(&mode))
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn the_ends_of_a_pipe_are_told_apart() {
        let (reader, writer) = std::io::pipe().unwrap();
        let folder = procfs::folder(Pid::this());
        let name = fs::read_link(folder.join(format!("fd/{}", reader.as_raw_fd()))).unwrap();
        let processes = [(Pid::this(), "me".to_owned())];
        let said = |end| holders(name.to_str().unwrap(), end, &processes);

        let (read, write) = (reader.as_raw_fd(), writer.as_raw_fd());
        assert_eq!(said(End::Reading), format!("its reading end is open in me, descriptor {read}"));
        assert_eq!(
            said(End::Writing),
            format!("its writing end is open in me, descriptor {write}")
        );
        drop(writer);
        assert_eq!(said(End::Writing), "no process of the test has its writing end open");
    }
}
