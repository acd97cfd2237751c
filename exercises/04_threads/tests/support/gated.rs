//! A worker whose steps each say that they have begun, and go on when the test says so.
//!
//! Pipes carry both, so that no lock and no wake-up of the test comes between those of the worker.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use nix::unistd::{Pid, gettid};
use threads::e4_cancel_and_progress::{Sleeper, Worker};

use crate::tasks;

/// Longer than a test: who waits for the end of it is ended.
pub const LONG: Duration = Duration::from_secs(3_600);

/// The fields are dropped in this order: when a test fails, its worker is not kept from its end.
pub struct Gated {
    gate: PipeWriter,
    begun: PipeReader,
    worker: Option<Worker>,
    /// How many gates the test has opened, and how many its worker has passed.
    opened: u64,
    passed: Arc<AtomicU64>,
    /// The thread of the worker.
    id: Arc<AtomicI32>,
}

impl Gated {
    pub fn start(steps: u64) -> Gated {
        Gated::with(steps, |_, _| {})
    }

    /// Behind the gate, each step does this.
    pub fn with(steps: u64, mut then: impl FnMut(u64, &Sleeper) + Send + 'static) -> Gated {
        let (mut its_gate, gate) = io::pipe().unwrap();
        let (begun, mut its_begun) = io::pipe().unwrap();
        let (passed, id) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicI32::new(0)));
        let (its_passed, its_id) = (passed.clone(), id.clone());
        let worker = Worker::start(steps, move |number, sleeper| {
            its_id.store(gettid().as_raw(), SeqCst);
            // The test may have ended.
            let _ = its_begun.write_all(&number.to_ne_bytes());
            let _ = its_gate.read(&mut [0]);
            its_passed.fetch_add(1, SeqCst);
            then(number, sleeper);
        });
        Gated { gate, begun, worker: Some(worker), opened: 0, passed, id }
    }

    pub fn worker(&self) -> &Worker {
        self.worker.as_ref().expect("it is here until it is taken")
    }

    /// Waits until the next step has begun, and returns its number; `None` if no step will begin any
    /// more.
    pub fn begun(&mut self) -> Option<u64> {
        let mut number = [0; 8];
        self.begun.read_exact(&mut number).ok().map(|()| u64::from_ne_bytes(number))
    }

    /// Lets one step go on.
    pub fn open(&mut self) {
        // Who has ended needs no gate.
        let _ = self.gate.write_all(&[1]);
        self.opened += 1;
    }

    /// Waits until the worker has passed its last gate, and sleeps.
    pub fn sleeps(&self) {
        while self.passed.load(SeqCst) < self.opened {
            thread::yield_now();
        }
        let id = Pid::from_raw(self.id.load(SeqCst));
        tasks::gone_and_asleep(id, id, || false);
    }

    /// Another way to do so, for another thread.
    pub fn opener(&self) -> impl FnOnce() + Send + use<> {
        let mut gate = self.gate.try_clone().unwrap();
        move || {
            let _ = gate.write_all(&[1]);
        }
    }

    /// Lets so many steps begin and go on.
    pub fn pass(&mut self, steps: u64) {
        for number in 0..steps {
            assert_eq!(self.begun(), Some(number), "the number of the step that begins");
            self.open();
        }
    }

    /// The test goes on with the worker alone, whose steps still wait for the gate.
    pub fn take(&mut self) -> Worker {
        self.worker.take().expect("it is taken once")
    }
}
