//! A semaphore lies in memory: whoever maps the memory has it. Another program takes a permit and dies.

use std::{env, fs::File, num::NonZero, os::fd::AsFd, os::fd::AsRawFd, process::Command};

use nix::libc::{sem_getvalue, sem_init, sem_post, sem_t, sem_trywait};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, ProtFlags, mmap};
use nix::sys::signal::{Signal, raise};
use nix::{errno::Errno, unistd::ftruncate};

// ANCHOR: main
fn main() {
    if let Some(path) = env::args().nth(1) {
        let memory = File::options().read(true).write(true).open(path).unwrap();
        // SAFETY: the one that started this program has made the semaphore.
        assert_eq!(unsafe { sem_trywait(map(memory)) }, 0);
        return raise(Signal::SIGKILL).unwrap();
    }
    let memory = memfd_create(c"a semaphore", MFdFlags::empty()).unwrap();
    ftruncate(&memory, 4096).unwrap();
    let (semaphore, most, mut left) = (map(&memory), i32::MAX as u32, 0);
    // SAFETY: the memory is large enough for a semaphore. It is for several processes, says the 1.
    let more = unsafe {
        sem_init(semaphore, 1, most);
        Errno::result(sem_post(semaphore))
    };
    println!("{most} permits, and one more: {more:?}");
    let mut other = Command::new("/proc/self/exe");
    let path = format!("/proc/self/fd/{}", memory.as_raw_fd());
    println!("the other program: {}", other.arg(path).status().unwrap());
    // SAFETY: the semaphore was made, and is still mapped.
    unsafe { sem_getvalue(semaphore, &mut left) };
    println!("permits that are left: {left}");
}

fn map(memory: impl AsFd) -> *mut sem_t {
    let size = NonZero::new(4096).expect("it is not zero");
    let both = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: the kernel chooses a range that nothing else uses.
    unsafe { mmap(None, size, both, MapFlags::MAP_SHARED, memory, 0) }.unwrap().cast().as_ptr()
}
// ANCHOR_END: main
