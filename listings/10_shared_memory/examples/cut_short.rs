//! A file gets shorter while it is mapped: what is behind its end is there no more.

use std::num::NonZero;

use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::libc::_exit;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, ProtFlags, mmap};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork, ftruncate};

// ANCHOR: main
/// As long as a page or several, on every system.
const STEP: usize = 64 << 10;

fn main() {
    let fd = memfd_create(c"two steps", MFdFlags::MFD_ALLOW_SEALING).unwrap();
    ftruncate(&fd, 2 * STEP as i64).unwrap();
    let size = NonZero::new(2 * STEP).expect("it is not zero");
    // SAFETY: the kernel chooses a range that nothing else uses.
    let memory = unsafe { mmap(None, size, ProtFlags::PROT_READ, MapFlags::MAP_SHARED, &fd, 0) };
    ftruncate(&fd, STEP as i64).unwrap();
    for (name, at) in [("first", 0), ("second", STEP)] {
        // SAFETY: this process has one thread.
        if let ForkResult::Parent { child } = unsafe { fork() }.unwrap() {
            match waitpid(child, None).unwrap() {
                WaitStatus::Exited(_, code) => println!("{name:6} step: exit code {code}"),
                WaitStatus::Signaled(_, signal, _) => println!("{name:6} step: {signal}"),
                other => panic!("{other:?}"),
            }
            continue;
        }
        // SAFETY: both places are in the mapping. To read the second is what this program is about.
        unsafe { _exit(memory.unwrap().cast::<u8>().add(at).read_volatile().into()) }
    }
    fcntl(&fd, FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_SHRINK)).unwrap();
    println!("shorter again, with a seal: {:?}", ftruncate(&fd, 0));
}
// ANCHOR_END: main
