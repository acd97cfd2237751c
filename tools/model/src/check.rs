//! Runs a model and returns what it found.

use std::any::Any;
use std::cell::RefCell;
use std::panic;
use std::sync::Once;
use std::sync::mpsc::{self, Sender};
use std::thread;

use crate::history::{self, History};
use crate::rejection::Rejection;
use crate::sync::{set_behavior, set_newest_first, set_plain_stores, set_weak_may_fail};

/// How `futex_wait` behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Futex {
    /// Sleeps until it is woken: a lost wake-up is a deadlock, and is found.
    Queues,
    /// Returns at once, as it may on any system; `futex_wake` reaches nobody.
    Spurious,
}

/// A check to be made.
#[derive(Debug, Clone)]
pub struct Model {
    futex: Futex,
    plain_stores: bool,
    newest: bool,
    weak_may_fail: bool,
    preemptions: Option<usize>,
}

/// How many steps an interleaving may have until it counts as endless.
const ENDLESS: usize = 2_000;

/// What a model reports when it ends.
type Report = Result<usize, Box<(String, Option<String>, History)>>;

thread_local! {
    /// Where a panic in the model of this thread is told.
    static REPORT: RefCell<Option<Sender<Report>>> = const { RefCell::new(None) };
}

impl Default for Model {
    fn default() -> Model {
        Model::new()
    }
}

impl Model {
    /// All interleavings; futexes queue.
    pub fn new() -> Model {
        Model {
            futex: Futex::Queues,
            plain_stores: false,
            newest: false,
            weak_may_fail: false,
            preemptions: None,
        }
    }

    /// Sets how futexes behave.
    pub fn futex(mut self, futex: Futex) -> Model {
        self.futex = futex;
        self
    }

    /// Leaves out all interleavings in which the processor is taken away from threads, where they do
    /// not wait, more than `most` times. Three threads, and loops that spin, need it.
    pub fn preemptions(mut self, most: usize) -> Model {
        self.preemptions = Some(most);
        self
    }

    /// Performs stores as stores; see "What it cannot see" in the crate's documentation.
    pub fn plain_stores(mut self) -> Model {
        self.plain_stores = true;
        self
    }

    /// Lets `notify_one` and `futex_wake` wake those first who came last. Which ones they wake is up to
    /// the system; usually the model wakes those first who came first.
    pub fn wakes_the_newest(mut self) -> Model {
        self.newest = true;
        self
    }

    /// Lets every other `compare_exchange_weak` of each thread on each atomic fail, the first one too,
    /// although the value is the expected one. Elsewhere in the model it never does, and on x86-64 neither.
    pub fn weak_may_fail(mut self) -> Model {
        self.weak_may_fail = true;
        self
    }

    /// Runs `program` in every interleaving. A panic in it, a data race, a deadlock, an endless loop
    /// and a leaked [`crate::sync::Arc`] reject it.
    ///
    /// # Panics
    ///
    /// Panics with the reason in words where the program is rejected.
    #[track_caller]
    pub fn check(&self, program: impl Fn() + Send + Sync + 'static) {
        if let Err(rejection) = self.try_check(program) {
            panic!("{rejection}");
        }
    }

    /// As [`Model::check`]; returns the number of interleavings.
    ///
    /// # Errors
    ///
    /// The reason why the program is rejected. The thread that ran it stays, asleep, until the
    /// process ends: it cannot be unwound from within the model.
    pub fn try_check(
        &self,
        program: impl Fn() + Send + Sync + 'static,
    ) -> Result<usize, Rejection> {
        static HOOK: Once = Once::new();
        HOOK.call_once(report_panics_of_models);

        let (sender, report) = mpsc::channel();
        let model = self.clone();
        // The report comes by the channel alone.
        let _ = thread::Builder::new()
            .name("model".to_owned())
            .spawn(move || model.run(program, sender))
            .expect("a system that runs tests has room for one more thread");
        match report.recv().expect("a model reports before it ends") {
            Ok(interleavings) => Ok(interleavings),
            Err(found) => {
                let (message, place, history) = *found;
                Err(Rejection::new(message, place, history))
            }
        }
    }

    fn run(&self, program: impl Fn() + Send + Sync + 'static, report: Sender<Report>) {
        REPORT.set(Some(report.clone()));
        set_behavior(self.futex);
        set_plain_stores(self.plain_stores);
        set_newest_first(self.newest);
        set_weak_may_fail(self.weak_may_fail);
        let mut loom = loom::model::Builder::new();
        // All that an environment variable could have set.
        loom.preemption_bound = self.preemptions;
        loom.max_branches = ENDLESS;
        loom.max_permutations = None;
        loom.max_duration = None;
        loom.checkpoint_file = None;
        loom.log = false;
        // Loom then names the threads of a data race.
        loom.location = true;
        loom.check(move || {
            history::begin();
            program();
        });
        history::end();
        // Nobody is there to take it where the test has been given up.
        let _ = report.send(Ok(history::take().interleavings));
    }
}

/// Lets a panic on the thread of a model end the model there and then: loom cannot be unwound where
/// it finds a deadlock. Panics of other threads go to the hook that was there before.
fn report_panics_of_models() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let Some(report) = REPORT.take() else { return usual(info) };
        let message = text(info.payload());
        let place = info.location().map(|place| crate::source::place(place));
        let _ = report.send(Err(Box::new((message, place, history::take()))));
        loop {
            thread::park();
        }
    }));
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "(a payload that is no text)".to_owned())
}
