//! Round trips that stay in the process: somebody resumes, the other side counts and pauses.

use std::cell::Cell;
use std::hint::black_box;
use std::rc::Rc;

use ::corosensei::Coroutine;
use anyhow::{Result, ensure};
use labkit::Cost;

use crate::e2_context_switch::{Fiber, Stack, Suspender};
use crate::given::{Resumed, Switch};

/// The bytes of a stack.
const STACK: usize = 64 * 1024;

/// Resumes so many times, and checks that the other side has counted each.
fn measured(count: u32, counted: &Cell<u32>, mut resume: impl FnMut()) -> Result<Cost> {
    // The first resume begins, and touches the stack.
    resume();
    let before = counted.get();
    let ((), cost) = Cost::of(|| {
        for _ in 0..count {
            resume();
        }
        Ok(())
    })?;
    ensure!(counted.get() - before == count, "the other side has not run each time");
    Ok(cost)
}

/// A fiber of exercise 12.2.
pub fn fiber<S: Switch>(count: u32) -> Result<Cost> {
    let counted = Rc::new(Cell::new(0));
    let counter = Rc::clone(&counted);
    let body = move |suspender: &Suspender<S>| {
        loop {
            counter.set(counter.get() + 1);
            suspender.suspend();
        }
    };
    let mut fiber = Fiber::<S>::new(Stack::new(STACK)?, body);
    measured(count, &counted, || assert_eq!(fiber.resume(), Resumed::Suspended))
}

/// A coroutine of corosensei.
pub fn corosensei(count: u32) -> Result<Cost> {
    let counted = Rc::new(Cell::new(0));
    let counter = Rc::clone(&counted);
    let mut coroutine: Coroutine<(), (), ()> = Coroutine::new(move |yielder, ()| {
        loop {
            counter.set(counter.get() + 1);
            yielder.suspend(());
        }
    });
    measured(count, &counted, || assert!(coroutine.resume(()).as_yield().is_some()))
}

/// The same as a value that is resumed by a call, which is not inlined.
pub fn state_machine(count: u32) -> Result<Cost> {
    let counted = Rc::new(Cell::new(0));
    let mut machine = Machine::Start { counter: Rc::clone(&counted) };
    measured(count, &counted, || assert!(black_box(&mut machine).resume()))
}

enum Machine {
    Start { counter: Rc<Cell<u32>> },
    Paused { counter: Rc<Cell<u32>> },
    Moving,
}

impl Machine {
    /// Counts, and says whether it is paused.
    #[inline(never)]
    fn resume(&mut self) -> bool {
        match std::mem::replace(self, Machine::Moving) {
            Machine::Start { counter } | Machine::Paused { counter } => {
                counter.set(counter.get() + 1);
                *self = Machine::Paused { counter };
                true
            }
            Machine::Moving => false,
        }
    }
}
