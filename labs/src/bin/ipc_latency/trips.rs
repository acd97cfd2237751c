//! A message that goes to another process and comes back, again and again.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use labkit::Cost;
use labs::messages::{mark, message};
use labs::processes::beside;
use labs::wires::Kind;

/// How long each trip of a turn took.
pub type Trips = Vec<Duration>;

/// The child, on its core, sends back whatever comes. The next trip begins when the last one has ended.
pub fn turn(kind: &Kind, core: Option<usize>, size: usize, count: u64) -> Result<(Cost, Trips)> {
    let [there, back] = (kind.pair)(size)?;
    let send_back = || {
        let (mut receive, mut send) = (there.receiver()?, back.sender()?);
        let mut message = message(size);
        Ok(move || {
            for _ in 0..count {
                receive(&mut message)?;
                send(&message)?;
            }
            Ok(())
        })
    };
    let send_and_wait = || {
        let (mut send, mut receive) = (there.sender()?, back.receiver()?);
        let (mut sent, mut received) = (message(size), message(size));
        let mut trips = vec![Duration::ZERO; count.try_into()?];
        Ok(move || {
            let mut start = Instant::now();
            for (number, trip) in (0..).zip(&mut trips) {
                mark(&mut sent, number);
                send(&sent)?;
                receive(&mut received)?;
                ensure!(received == sent, "message {number} came back as another one");
                let end = Instant::now();
                *trip = end - start;
                start = end;
            }
            Ok(trips)
        })
    };
    let (trips, together) = beside(core, send_back, send_and_wait)?;
    Ok((together.cost, trips))
}
