//! Says which limit leaves no room for another process.

use std::io;

use nix::libc;
use nix::sys::resource::{Resource, getrlimit};

/// The reason why a process could not be started, and the next step.
pub(crate) fn reason(error: &io::Error) -> String {
    if error.raw_os_error() != Some(libc::EAGAIN) {
        return error.to_string();
    }
    let user = match getrlimit(Resource::RLIMIT_NPROC) {
        Ok((limit, _)) if limit != libc::RLIM_INFINITY => {
            format!("this user may have {limit} processes and threads (`ulimit -u`), or ")
        }
        _ => String::new(),
    };
    format!(
        "there is no room for another process: {user}the system has no more \
         (pids.max of the cgroup, kernel.threads-max).\nEnd some processes, or raise the limit."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_system_is_told_from_other_errors() {
        let full = reason(&io::Error::from_raw_os_error(libc::EAGAIN));
        assert!(full.starts_with("there is no room for another process: "), "{full}");
        assert!(full.ends_with("End some processes, or raise the limit."), "{full}");
        let other = io::Error::from_raw_os_error(libc::ENOENT);
        assert_eq!(reason(&other), other.to_string());
    }
}
