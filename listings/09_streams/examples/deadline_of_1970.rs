//! The time-out of a queue is a moment on the clock, not a length of time.

use std::time::{Duration, SystemTime};
use std::{process, thread};

use nix::mqueue::{MQ_OFlag, MqAttr, mq_open, mq_send, mq_timedreceive, mq_unlink};
use nix::sys::stat::Mode;
use nix::sys::time::TimeSpec;

// ANCHOR: main
fn main() {
    let name = format!("/streams-{}", process::id());
    let how = MQ_OFlag::O_CREAT | MQ_OFlag::O_RDWR;
    let attributes = MqAttr::new(0, 10, 8192, 0);
    let queue = mq_open(name.as_str(), how, Mode::S_IRUSR, Some(&attributes)).unwrap();
    mq_unlink(name.as_str()).unwrap();

    let minute = Duration::from_secs(60);
    let wait =
        |until| mq_timedreceive(&queue, &mut [0; 8192], &mut 0, &TimeSpec::from_duration(until));
    println!("until 60 s:           {:?}", wait(minute));

    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| mq_send(&queue, b"hello", 0).unwrap());
        println!("until now and 60 s:   {:?}", wait(since_1970 + minute));
    });
}
// ANCHOR_END: main
