//! Takes away what code counts on, so that its paths for failures run.

use std::io;
use std::mem::offset_of;

use nix::libc;

/// The calls that make a process or a thread. Newer architectures have only the first two.
#[cfg(target_arch = "x86_64")]
const CREATION: &[libc::c_long] =
    &[libc::SYS_clone, libc::SYS_clone3, libc::SYS_fork, libc::SYS_vfork];
#[cfg(not(target_arch = "x86_64"))]
const CREATION: &[libc::c_long] = &[libc::SYS_clone, libc::SYS_clone3];

/// From now on this process can start no process and no thread: `fork` fails with `EAGAIN`, as on
/// a system that has no room left. For the rest of the test; there is no way back (seccomp(2)).
///
/// # Errors
///
/// Fails where the system does not let a process restrict itself.
pub fn no_new_processes() -> io::Result<()> {
    let statement = |code, k| libc::sock_filter { code, jt: 0, jf: 0, k };
    let load = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    let is = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    let answer = (libc::BPF_RET | libc::BPF_K) as u16;

    let mut program = vec![statement(load as u16, offset_of!(libc::seccomp_data, nr) as u32)];
    for (position, call) in CREATION.iter().enumerate() {
        // To the last statement, which refuses.
        let jt = (CREATION.len() - position) as u8;
        program.push(libc::sock_filter { code: is as u16, jt, jf: 0, k: *call as u32 });
    }
    program.push(statement(answer, libc::SECCOMP_RET_ALLOW));
    program.push(statement(answer, libc::SECCOMP_RET_ERRNO | libc::EAGAIN as u32));

    let filter = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: neither call keeps a pointer, and `filter` describes the program, which is alive.
    let refused = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            || libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &filter) != 0
    };
    if refused { Err(io::Error::last_os_error()) } else { Ok(()) }
}
