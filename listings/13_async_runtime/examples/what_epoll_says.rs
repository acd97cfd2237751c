//! What epoll(7) reports: of a pipe, of a regular file, and of a thread that interrupts the sleep.

use std::fs::File;
use std::io::{Read, Write, pipe};
use std::thread;

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};

// ANCHOR: main
fn look(epoll: &Epoll, timeout: EpollTimeout) -> Vec<u64> {
    let mut events = [EpollEvent::empty(); 8];
    let count = epoll.wait(&mut events, timeout).unwrap();
    events[..count].iter().map(EpollEvent::data).collect()
}

fn main() {
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).unwrap();
    let (mut reader, mut writer) = pipe().unwrap();
    let changes = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
    epoll.add(&reader, EpollEvent::new(changes, 7)).unwrap();
    println!("an empty pipe:  {:?}", look(&epoll, EpollTimeout::ZERO));
    writer.write_all(b"ab").unwrap();
    println!("two bytes came: {:?}", look(&epoll, EpollTimeout::ZERO));
    reader.read_exact(&mut [0]).unwrap();
    println!("one is left:    {:?}", look(&epoll, EpollTimeout::ZERO));
    writer.write_all(b"c").unwrap();
    println!("one more came:  {:?}", look(&epoll, EpollTimeout::ZERO));

    let file = File::open("/proc/self/exe").unwrap();
    let refused = epoll.add(&file, EpollEvent::new(changes, 8));
    println!("a regular file: {}", refused.unwrap_err());

    let notifier = EventFd::from_flags(EfdFlags::EFD_NONBLOCK).unwrap();
    epoll.add(&notifier, EpollEvent::new(EpollFlags::EPOLLIN, 0)).unwrap();
    let slept = thread::scope(|scope| {
        scope.spawn(|| notifier.write(1).unwrap());
        look(&epoll, EpollTimeout::NONE)
    });
    println!("another thread: {slept:?}");
}
// ANCHOR_END: main
