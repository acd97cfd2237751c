//! A message is sent by a process that ends, and found by one that starts later.

use std::{env, process};

use nix::errno::Errno;
use nix::mqueue::{MQ_OFlag, MqAttr, MqdT, mq_getattr, mq_open, mq_receive, mq_send, mq_unlink};
use nix::sys::stat::Mode;

// ANCHOR: main
fn main() {
    if let Some(name) = env::args().nth(1) {
        let queue = open(&name, MQ_OFlag::O_CREAT).unwrap();
        return mq_send(&queue, b"from yesterday", 0).unwrap();
    }
    let name = format!("/streams-{}", process::id());
    let mut sender = process::Command::new(env::current_exe().unwrap());
    println!("the sender: {}", sender.arg(&name).status().unwrap());

    let queue = open(&name, MQ_OFlag::O_CREAT).unwrap();
    println!("messages in the queue: {}", mq_getattr(&queue).unwrap().curmsgs());
    let mut buffer = [0; 8192];
    let length = mq_receive(&queue, &mut buffer, &mut 0).unwrap();
    println!("received: {:?}", String::from_utf8_lossy(&buffer[..length]));

    let alone = MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL;
    println!("asked to be its first: {:?}", open(&name, alone).map(drop));
    mq_unlink(name.as_str()).unwrap();
    println!("its name is gone: {:?}", open(&name, MQ_OFlag::empty()).map(drop));
    mq_send(&queue, b"but I have it open", 0).unwrap();
    println!("still in use: {} message", mq_getattr(&queue).unwrap().curmsgs());
}

fn open(name: &str, how: MQ_OFlag) -> Result<MqdT, Errno> {
    let mode = Mode::S_IRUSR | Mode::S_IWUSR;
    mq_open(name, how | MQ_OFlag::O_RDWR, mode, Some(&MqAttr::new(0, 10, 8192, 0)))
}
// ANCHOR_END: main
