//! Filters of system calls (seccomp(2)): the parts that they are made of.

use std::io;
use std::mem::offset_of;

use nix::libc;

/// A step of a filter.
pub(crate) type Step = libc::sock_filter;

/// Lets the call through.
pub(crate) const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;

/// Loads the number of the system call.
pub(crate) fn load_number() -> Step {
    load(offset_of!(libc::seccomp_data, nr))
}

/// Loads the lower half of an argument of the system call.
pub(crate) fn load_argument(position: usize) -> Step {
    let half = if cfg!(target_endian = "big") { 4 } else { 0 };
    load(offset_of!(libc::seccomp_data, args) + 8 * position + half)
}

/// Skips `steps` where the loaded value is this one.
pub(crate) fn skip_if(value: u32, steps: usize) -> Step {
    let code = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    Step { code, jt: near(steps), jf: 0, k: value }
}

/// Skips `steps` unless the loaded value is this one.
pub(crate) fn skip_unless(value: u32, steps: usize) -> Step {
    let code = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    Step { code, jt: 0, jf: near(steps), k: value }
}

/// Ends the filter with an answer.
pub(crate) fn answer(action: u32) -> Step {
    Step { code: (libc::BPF_RET | libc::BPF_K) as u16, jt: 0, jf: 0, k: action }
}

/// Installs a filter for this thread and whatever it starts; there is no way back. Returns what
/// seccomp(2) returns: a descriptor where the flags ask for one.
///
/// # Errors
///
/// Fails where the system does not let a process restrict itself.
pub(crate) fn install(steps: &mut [Step], flags: libc::c_ulong) -> io::Result<libc::c_int> {
    let filter = libc::sock_fprog { len: steps.len() as u16, filter: steps.as_mut_ptr() };
    let mode = libc::SECCOMP_SET_MODE_FILTER;
    // SAFETY: neither call keeps a pointer, and `filter` describes the steps, which are alive.
    let answer = unsafe {
        match libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) {
            0 => libc::syscall(libc::SYS_seccomp, mode, flags, &filter),
            _ => -1,
        }
    };
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(answer as libc::c_int) }
}

fn load(offset: usize) -> Step {
    let code = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    Step { code, jt: 0, jf: 0, k: offset as u32 }
}

fn near(steps: usize) -> u8 {
    u8::try_from(steps).expect("a filter here has few steps")
}
