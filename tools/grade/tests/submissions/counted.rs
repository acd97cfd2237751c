//! Tests that ask for a census, and what they leave.

use std::ffi::CString;
use std::fs::{self, File};
use std::io;
use std::mem::forget;
use std::process::Command;
use std::ptr;
use std::sync::mpsc;
use std::thread;

use nix::libc;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
use nix::unistd::{ForkResult, Pid, dup2_stdin, fork};

/// A name that no other process chooses.
fn name() -> CString {
    CString::new(format!("/submission-{}", Pid::this())).unwrap()
}

/// A child that has ended and was not waited for.
fn zombie() -> Pid {
    // SAFETY: the body has one thread.
    match unsafe { fork() }.unwrap() {
        // SAFETY: `_exit` takes any status.
        ForkResult::Child => unsafe { libc::_exit(3) },
        ForkResult::Parent { child } => {
            waitid(Id::Pid(child), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();
            child
        }
    }
}

#[grade::test(census = true)]
fn nothing() {}

#[grade::test(census = true, needs = Some(grade::Needs::MessageQueues))]
fn is_about_message_queues() {}

#[grade::test(census = true)]
fn all_is_given_back() {
    drop(File::open("/dev/null").unwrap());
    thread::spawn(|| ()).join().unwrap();
    waitpid(zombie(), None).unwrap();
    let name = name();
    // SAFETY: the name is a C string; the numbers are what the calls take.
    unsafe {
        let memory = libc::shm_open(name.as_ptr(), libc::O_CREAT | libc::O_RDWR, 0o600);
        assert_eq!(libc::shm_unlink(name.as_ptr()), 0);
        assert_eq!(libc::close(memory), 0);
        let set = libc::semget(libc::IPC_PRIVATE, 1, 0o600);
        assert_eq!(libc::semctl(set, 0, libc::IPC_RMID), 0);
    }
    assert_eq!(fs::read_dir("/proc/self/task").unwrap().count(), 1);
}

#[grade::test(census = true)]
fn leaves_a_zombie() {
    zombie();
}

#[grade::test(census = true)]
fn leaves_descriptors() {
    let (reader, writer) = io::pipe().unwrap();
    forget((reader, writer, File::open("/dev/null").unwrap()));
}

#[grade::test(census = true)]
fn leaves_threads() {
    let named = thread::Builder::new().name("worker".to_owned());
    // The threads have run, and stay.
    let (here, arrived) = mpsc::channel();
    let other = here.clone();
    named.spawn(move || (here.send(()), thread::park())).unwrap();
    thread::spawn(move || (other.send(()), thread::park()));
    arrived.recv().unwrap();
    arrived.recv().unwrap();
}

#[grade::test(census = true)]
fn leaves_shared_memory() {
    // SAFETY: the name is a C string; the numbers are what the calls take.
    unsafe {
        let open = libc::shm_open(c"/submission".as_ptr(), libc::O_CREAT | libc::O_RDWR, 0o600);
        assert!(open >= 0);
        libc::close(open);
    }
}

#[grade::test(census = true)]
fn leaves_a_named_semaphore() {
    // SAFETY: the name is a C string; the numbers are what the call takes.
    unsafe {
        let semaphore = libc::sem_open(c"/submission".as_ptr(), libc::O_CREAT, 0o600, 1);
        assert!(semaphore != libc::SEM_FAILED);
        libc::sem_close(semaphore);
    }
}

#[grade::test(census = true)]
fn leaves_a_message_queue() {
    // SAFETY: the name is a C string; the numbers are what the call takes.
    unsafe {
        let usual: *const libc::mq_attr = ptr::null();
        let flags = libc::O_CREAT | libc::O_RDWR;
        let queue = libc::mq_open(c"/submission".as_ptr(), flags, 0o600, usual);
        assert!(queue >= 0);
        libc::mq_close(queue);
    }
}

#[grade::test(census = true)]
fn leaves_system_v_objects() {
    // SAFETY: the numbers are what the calls take.
    unsafe {
        assert!(libc::semget(libc::IPC_PRIVATE, 1, 0o600) >= 0);
        assert!(libc::msgget(libc::IPC_PRIVATE, 0o600) >= 0);
        assert!(libc::shmget(libc::IPC_PRIVATE, 4096, 0o600) >= 0);
    }
}

#[grade::test(census = true)]
fn removed_memory_may_stay_attached() {
    // SAFETY: the numbers are what the calls take, and nobody uses the memory.
    unsafe {
        let memory = libc::shmget(libc::IPC_PRIVATE, 4096, 0o600);
        assert!(libc::shmat(memory, ptr::null(), 0).addr() != usize::MAX);
        assert_eq!(libc::shmctl(memory, libc::IPC_RMID, ptr::null_mut()), 0);
    }
}

#[grade::test(census = true)]
fn leaves_a_child_that_ends_soon() {
    forget(Command::new("sleep").arg("0.1").spawn().unwrap());
}

#[grade::test(census = true)]
fn leaves_standard_input_elsewhere() {
    let (reader, _writer) = io::pipe().unwrap();
    dup2_stdin(reader).unwrap();
}

#[grade::test(census = true)]
fn leaves_no_descriptor_to_count_with() {
    setrlimit(Resource::RLIMIT_NOFILE, 256, 256).unwrap();
    while let Ok(file) = File::open("/dev/null") {
        forget(file);
    }
}

#[grade::test(census = true)]
fn leaves_a_limit_that_hides_descriptors() {
    forget(File::open("/dev/null").unwrap());
    setrlimit(Resource::RLIMIT_NOFILE, 0, 0).unwrap();
}
