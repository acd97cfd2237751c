//! Round trips of the fiber of exercise 12.2.

use std::cell::Cell;
use std::rc::Rc;

use anyhow::Result;
use labkit::Cost;
use labs::handover::coroutines::measured;

use crate::e2_context_switch::{Fiber, Stack, Suspender};
use crate::given::{Resumed, Switch};

/// The bytes of a stack.
const STACK: usize = 64 * 1024;

/// To the fiber and back, so many times, by this switch.
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
