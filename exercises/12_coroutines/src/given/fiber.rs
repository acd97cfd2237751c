//! A function with a stack of its own, which may pause in the middle: a thin layer over corosensei.

use std::io;
use std::marker::PhantomData;

/// Why `resume` has returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumed {
    /// The body is paused.
    Suspended,
    /// The body has returned.
    Finished,
}

/// A body with a stack of its own.
pub struct Fiber {
    _not_send: PhantomData<*mut ()>,
}

/// What a body pauses with.
pub struct Suspender {
    _not_send: PhantomData<*mut ()>,
}

impl Fiber {
    /// A fiber that has not begun.
    ///
    /// # Errors
    ///
    /// Fails where there is no memory for a stack.
    pub fn new(body: impl FnOnce(&Suspender) + 'static) -> io::Result<Fiber> {
        drop(body);
        todo!("supplied soon")
    }
    /// Runs the body until it pauses or ends.
    pub fn resume(&mut self) -> Resumed {
        todo!("supplied soon")
    }
    /// Whether the body has ended.
    pub fn is_finished(&self) -> bool {
        todo!("supplied soon")
    }
}
impl Suspender {
    /// Pauses the body.
    pub fn suspend(&self) {
        todo!("supplied soon")
    }
}
