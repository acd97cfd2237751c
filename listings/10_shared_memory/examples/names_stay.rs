//! A program leaves memory and a semaphore that have names, and ends. Two others come after it.

use std::io::{Write, read_to_string};
use std::{env, ffi::CString, fs::File, process};

use nix::libc::{O_CREAT, O_EXCL, SEM_FAILED, sem_open, sem_trywait, sem_unlink};
use nix::sys::mman::{shm_open, shm_unlink};
use nix::{errno::Errno, fcntl::OFlag, sys::stat::Mode};

// ANCHOR: main
fn main() {
    // The PID of the first keeps others away.
    let name = env::args().nth(1).unwrap_or(format!("/names_stay-{}", process::id()));
    let c_name = CString::new(&*name).unwrap();
    if env::args().len() == 1 {
        for role in ["maker", "finder", "latecomer"] {
            process::Command::new("/proc/self/exe").args([&name, role]).status().unwrap();
            if role == "finder" {
                // SAFETY: the name ends in a NUL.
                let removed = unsafe { sem_unlink(c_name.as_ptr()) };
                assert_eq!((shm_unlink(&*name), removed), (Ok(()), 0));
            }
        }
        return;
    }
    let role = env::args().nth(2).unwrap();
    let new = if role == "maker" { O_CREAT | O_EXCL } else { 0 };
    let flags = OFlag::O_RDWR | OFlag::from_bits_retain(new);
    match shm_open(&*name, flags, Mode::S_IRUSR | Mode::S_IWUSR).map(File::from) {
        Ok(mut memory) if new != 0 => memory.write_all(b"left").unwrap(),
        Ok(memory) => println!("{role}: memory: {}", read_to_string(memory).unwrap()),
        Err(error) => println!("{role}: memory: {error:?}"),
    }
    // SAFETY: the name ends in a NUL, and the semaphore is open until this process ends.
    let taken = unsafe {
        let semaphore = sem_open(c_name.as_ptr(), new, 0o600, 1);
        Errno::result(if semaphore == SEM_FAILED { -1 } else { sem_trywait(semaphore) })
    };
    println!("{role}: take a permit: {:?}", taken.map(drop));
}
// ANCHOR_END: main
