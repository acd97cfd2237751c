//! The fibers of exercise 12.2.

use std::cell::Cell;
use std::rc::Rc;

use anyhow::Result;
use labkit::Cost;

use crate::e2_context_switch::{Fiber, Stack};
use crate::given::{Inline, Resumed};
use crate::{one_by_one, successor};

/// The bytes of a stack. More would cost the same, for nobody touches them.
const STACK: usize = 64 * 1024;

/// Fibers, each on a stack that the kernel maps for it.
pub fn fibers(count: u32) -> Result<Cost> {
    let answer = Rc::new(Cell::new(0));
    one_by_one(count, |number| {
        let answers = Rc::clone(&answer);
        let body = move |_: &_| answers.set(successor(number));
        let mut fiber = Fiber::<Inline>::new(Stack::new(STACK)?, body);
        Ok(fiber.resume() == Resumed::Finished && answer.get() == number + 1)
    })
}
