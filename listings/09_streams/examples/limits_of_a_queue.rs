//! What a queue takes, what it refuses, and in which order it gives it back.

use nix::mqueue::{MQ_OFlag, MqAttr, mq_getattr, mq_open, mq_receive, mq_send, mq_unlink};
use nix::sys::stat::Mode;

// ANCHOR: main
fn main() {
    let name = format!("/streams-{}", std::process::id());
    let how = MQ_OFlag::O_CREAT | MQ_OFlag::O_RDWR | MQ_OFlag::O_NONBLOCK;
    let attributes = MqAttr::new(0, 10, 8192, 0);
    let queue = mq_open(name.as_str(), how, Mode::S_IRUSR, Some(&attributes)).unwrap();
    mq_unlink(name.as_str()).unwrap();

    println!("8193 bytes: {:?}", mq_send(&queue, &[0; 8193], 0));
    for (text, priority) in [("tea", 1), ("fire", 9), ("cake", 1)] {
        mq_send(&queue, text.as_bytes(), priority).unwrap();
    }
    let mut priority = 0;
    println!("a buffer of 8191: {:?}", mq_receive(&queue, &mut [0; 8191], &mut priority));
    println!("still there: {} messages", mq_getattr(&queue).unwrap().curmsgs());
    let mut buffer = [0; 8192];
    while let Ok(length) = mq_receive(&queue, &mut buffer, &mut priority) {
        println!("priority {priority}: {}", String::from_utf8_lossy(&buffer[..length]));
    }
    println!("empty: {:?}", mq_receive(&queue, &mut buffer, &mut priority));

    let sent = (0..).take_while(|_| mq_send(&queue, b"", 0).is_ok()).count();
    println!("full after {sent}: {:?}", mq_send(&queue, b"", 0));
    println!("an empty message: {:?}", mq_receive(&queue, &mut buffer, &mut priority));
}
// ANCHOR_END: main
