//! A round trip without a stack: a value that is resumed by a call, which is not inlined.

use std::cell::Cell;
use std::hint::black_box;
use std::rc::Rc;

use anyhow::Result;
use labkit::Cost;
use labs::handover::coroutines::measured;

/// Into the machine and back, so many times.
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
