//! Messages that go to another process as fast as it takes them.

use anyhow::{Result, ensure};
use labs::processes::{Together, beside};
use labs::wires::Kind;

use crate::stamped::Stamped;

/// The parent sends so many messages, and the child, on its core, receives and checks them.
pub fn turn(kind: &Kind, core: Option<usize>, size: usize, count: u64) -> Result<Together> {
    let [wire, _] = (kind.pair)(size)?;
    let receive_all = || {
        let mut receive = wire.receiver()?;
        let mut received = Stamped::new(size);
        received.bytes().fill(0);
        Ok(move || {
            for number in 0..count {
                receive(received.bytes())?;
                ensure!(received.has(number), "message {number} is not what was sent");
            }
            ensure!(received.is_whole(), "the last message is not what was sent");
            Ok(())
        })
    };
    let send_all = || {
        let mut send = wire.sender()?;
        // By turns, so that none is changed while it may be on its way.
        let mut messages: Vec<Stamped> =
            (0..=wire.must_follow(size)?).map(|_| Stamped::new(size)).collect();
        Ok(move || {
            let mut next = 0;
            for number in 0..count {
                messages[next].stamp(number);
                send(messages[next].bytes())?;
                next = (next + 1) % messages.len();
            }
            // What was lent must not be given back before it was read.
            Ok(messages)
        })
    };
    let (_, together) = beside(core, receive_all, send_all)?;
    Ok(together)
}
