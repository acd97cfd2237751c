//! A function with a stack of its own, which may pause in the middle: a thin layer over the crate
//! corosensei, which runs on more processors than the switch of exercise 12.2.

use std::cell::Cell;
use std::fmt::{self, Debug, Formatter};
use std::io;
use std::ptr;
use std::rc::Rc;

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

/// The bytes of a stack. They are reserved, and take memory page by page as they are used; below
/// them is a page that may not be touched.
const STACK: usize = 256 * 1024;

/// What a fiber and its suspenders share: where the body pauses, or null where it has not begun or
/// has ended.
type Place = Cell<*const Yielder<(), ()>>;

thread_local! {
    /// Of the fibers that have been resumed and have not come back, the one that was resumed last.
    static INNERMOST: Cell<*const Place> = const { Cell::new(ptr::null()) };
}

/// Why `resume` has returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumed {
    /// The body is paused.
    Suspended,
    /// The body has returned.
    Finished,
}

/// A body with a stack of its own, 256 KiB. It belongs to the thread that has made it.
///
/// Dropped while its body is paused, it unwinds the body: `suspend` does not return, and the locals
/// are dropped. A `catch_unwind` in the body sees this as a panic. A body that has not begun is
/// dropped unused.
pub struct Fiber {
    coroutine: Coroutine<(), (), ()>,
    place: Rc<Place>,
}

/// The right to pause the body that was given it. A clone is the same right, and lets you keep it.
#[derive(Clone)]
pub struct Suspender {
    place: Rc<Place>,
}

/// Puts back which fiber is the innermost, also where a panic leaves the fiber.
struct Inside {
    outer: *const Place,
}

/// Forgets where the body pauses, since that place goes with the body.
struct Left(Rc<Place>);

impl Fiber {
    /// A fiber that has not begun.
    ///
    /// # Errors
    ///
    /// Fails where there is no memory for a stack.
    pub fn new(body: impl FnOnce(&Suspender) + 'static) -> io::Result<Fiber> {
        let place = Rc::new(Place::new(ptr::null()));
        let suspender = Suspender { place: Rc::clone(&place) };
        let stack = DefaultStack::new(STACK)?;
        let coroutine = Coroutine::with_stack(stack, move |yielder, ()| {
            suspender.place.set(yielder);
            let _left = Left(Rc::clone(&suspender.place));
            body(&suspender);
        });
        Ok(Fiber { coroutine, place })
    }

    /// Runs the body until it pauses or ends.
    ///
    /// # Panics
    ///
    /// A panic of the body comes out here, and the body has ended then. Also panics where the body
    /// has ended before.
    pub fn resume(&mut self) -> Resumed {
        assert!(!self.is_finished(), "the body of this fiber has ended: nothing is left to resume");
        let _inside = Inside::new(&self.place);
        match self.coroutine.resume(()) {
            CoroutineResult::Yield(()) => Resumed::Suspended,
            CoroutineResult::Return(()) => Resumed::Finished,
        }
    }

    /// Whether the body has ended.
    pub fn is_finished(&self) -> bool {
        self.coroutine.done()
    }
}

impl Drop for Fiber {
    fn drop(&mut self) {
        // The body may run once more: its destructors do.
        let _inside = Inside::new(&self.place);
        self.coroutine.force_unwind();
    }
}

impl Debug for Fiber {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fiber").field("is_finished", &self.is_finished()).finish_non_exhaustive()
    }
}

impl Suspender {
    /// Pauses the body until the next `resume`.
    ///
    /// # Panics
    ///
    /// Panics where the body is not the one that runs: it has ended, it is paused, or it has itself
    /// resumed a fiber, which is the one that runs.
    pub fn suspend(&self) {
        let runs = ptr::eq(INNERMOST.get(), Rc::as_ptr(&self.place));
        let yielder = self.place.get();
        assert!(runs && !yielder.is_null(), "`suspend` was called outside of its fiber");
        // SAFETY: the yielder is on the stack of the body, which has not ended, since `Left` would
        // have set the pointer to null; and the call is on that stack, since the fiber is the
        // innermost one of this thread.
        unsafe { (*yielder).suspend(()) }
    }
}

impl Debug for Suspender {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Suspender { .. }")
    }
}

impl Inside {
    fn new(place: &Rc<Place>) -> Inside {
        Inside { outer: INNERMOST.replace(Rc::as_ptr(place)) }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INNERMOST.set(self.outer);
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        self.0.set(ptr::null());
    }
}
