//! Give a function a stack of its own.
//! `step1` stacks, `step2` naked switch, `step3` fibers, `step4` panics and drops, `step5` inline switch.

use crate::given::{Guard, Resumed, Switch};
use std::{io, marker::PhantomData};

/// Whole pages for a stack, and below them one that nobody may touch, which a [`Guard`] watches.
/// When it is dropped, nothing stays mapped.
pub struct Stack(Option<Guard>);
impl Stack {
    /// `usable` bytes, but at least one, rounded up to whole pages, and no more. Fails without memory.
    pub fn new(usable: usize) -> io::Result<Stack> {
        // TODO: one step after the other; begin with the pages.
        todo!("a stack of {usable} bytes")
    }
    /// Where the stack begins: behind its last byte.
    pub fn top(&self) -> *mut u8 {
        todo!("the top of the stack above {:?}", self.0)
    }
}

// SAFETY: yours to uphold, as [`Switch`] says.
#[cfg(target_arch = "x86_64")]
unsafe impl Switch for crate::given::Naked {
    #[unsafe(naked)]
    unsafe extern "C" fn switch(save: *mut *mut u8, load: *mut u8) {
        std::arch::naked_asm!("ud2") // TODO: and `prepare`, which goes with it.
    }
}
// SAFETY: as above.
#[cfg(target_arch = "x86_64")]
unsafe impl Switch for crate::given::Inline {
    #[inline(always)]
    unsafe extern "C" fn switch(save: *mut *mut u8, load: *mut u8) {
        // SAFETY: this ends the process. TODO: declare all that changes.
        unsafe { std::arch::asm!("ud2", in("rdi") save, in("rsi") load) }
    }
}

/// A body on a stack of its own. When it is dropped while paused, the body unwinds there.
pub struct Fiber<S: Switch>(Stack, PhantomData<(*mut (), S)>);
/// With this the body pauses.
pub struct Suspender<S: Switch>(PhantomData<(*mut (), S)>);
impl<S: Switch> Fiber<S> {
    /// A fiber that has not begun to run `body` on `stack`.
    pub fn new(stack: Stack, body: impl FnOnce(&Suspender<S>) + 'static) -> Fiber<S> {
        todo!("on the stack below {:?}: {}", stack.top(), size_of_val(&body))
    }
    /// Runs the body until it pauses or returns. Goes on with its panic, if it panics. Panics, with
    /// "finished" in the message, if the body has ended before.
    pub fn resume(&mut self) -> Resumed {
        todo!("run the body {:?} on the stack below {:?}", self.1, self.0.top())
    }
}
impl<S: Switch> Suspender<S> {
    /// Pauses the body until it is resumed.
    pub fn suspend(&self) {
        todo!("pause the body {:?}", self.0)
    }
}
