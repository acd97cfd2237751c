//! A generator is a fiber with a hatch: each resume hands one message in, each pause one value out.
//!
//! The tempting mistake is to read the hatch before the pause: then every value arrives one yield
//! late. The first `next` has no yield to arrive at, which is why a fresh generator takes no value.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::rc::Rc;

use crate::given::{Answer, Fiber, GenError, GenState, Interrupt, Resumed, Suspender};

/// What a paused `yield_` returns.
type Message<In> = Result<Option<In>, Interrupt>;

/// A body that hands out values one by one, and takes one for each: a generator as in Python.
///
/// All calls run the body up to its next `yield_`, or to its end. Dropped, it is closed; a body that
/// does not end then is unwound.
pub struct Gen<In: 'static, Out: 'static, Ret: 'static> {
    /// Borrowed while the body runs; `None` when it has ended, or never will begin.
    fiber: RefCell<Option<Fiber>>,
    has_begun: Cell<bool>,
    hatch: Rc<Hatch<In, Out>>,
    end: Rc<Cell<Option<Result<Ret, Interrupt>>>>,
}

/// What goes in at a resume, and what comes out at a pause.
struct Hatch<In, Out> {
    inward: Cell<Option<Message<In>>>,
    outward: Cell<Option<Out>>,
}

/// What a body pauses by.
pub struct Co<In, Out> {
    suspender: Suspender,
    hatch: Rc<Hatch<In, Out>>,
}

impl<In: 'static, Out: 'static, Ret: 'static> Gen<In, Out, Ret> {
    /// A generator that has not begun. Its body begins at the first `next`, and not before.
    ///
    /// # Panics
    ///
    /// Panics where there is no memory for a stack.
    pub fn new(body: impl FnOnce(&Co<In, Out>) -> Result<Ret, Interrupt> + 'static) -> Self {
        let hatch = Rc::new(Hatch { inward: Cell::new(None), outward: Cell::new(None) });
        let end = Rc::new(Cell::new(None));
        let (hatch_of_body, end_of_body) = (Rc::clone(&hatch), Rc::clone(&end));
        let fiber = Fiber::new(move |suspender| {
            let co = Co { suspender: suspender.clone(), hatch: hatch_of_body };
            end_of_body.set(Some(body(&co)));
        });
        let fiber = fiber.expect("there is memory for a stack");
        Gen { fiber: RefCell::new(Some(fiber)), has_begun: Cell::new(false), hatch, end }
    }

    /// Goes on; the paused `yield_` returns `Ok(None)`.
    pub fn next(&self) -> Answer<Out, Ret> {
        self.go_on(Ok(None))
    }

    /// Goes on; the paused `yield_` returns `Ok(Some(value))`. A generator that has not begun stays
    /// so, and the answer is `NotStarted`.
    pub fn send(&self, value: In) -> Answer<Out, Ret> {
        self.go_on(Ok(Some(value)))
    }

    /// Goes on; the paused `yield_` returns the error, as `Interrupt::Throw`. Where no `yield_` is
    /// paused the error comes back, in `Raised`: a body that has not begun will not, and has ended.
    pub fn throw(&self, error: Box<dyn Error>) -> Answer<Out, Ret> {
        self.go_on(Err(Interrupt::Throw(error)))
    }

    /// Ends the body; the paused `yield_` returns `Interrupt::Close`. It is content with a body that
    /// returns, whatever the value, or that ends with `Close`, and with one that has ended before; a
    /// body that has not begun is not run. Where the body yields again, that value is lost, the body
    /// stays paused there, and the error is `IgnoredExit`.
    pub fn close(&self) -> Result<(), GenError> {
        match self.go_on(Err(Interrupt::Close)) {
            Ok(GenState::Returned(_)) | Err(GenError::Raised(Interrupt::Close)) => Ok(()),
            Ok(GenState::Yielded(_)) => Err(GenError::IgnoredExit),
            Err(error) => Err(error),
        }
    }

    fn go_on(&self, message: Message<In>) -> Answer<Out, Ret> {
        let mut place = self.fiber.try_borrow_mut().map_err(|_| GenError::Running)?;
        // A panic has left a fiber that has ended.
        let Some(fiber) = place.as_mut().filter(|fiber| !fiber.is_finished()) else {
            return Err(message.err().map_or(GenError::Exhausted, GenError::Raised));
        };
        if !self.has_begun.get() {
            match message {
                Ok(None) => self.has_begun.set(true),
                Ok(Some(_)) => return Err(GenError::NotStarted),
                Err(interrupt) => {
                    *place = None;
                    return Err(GenError::Raised(interrupt));
                }
            }
        } else {
            self.hatch.inward.set(Some(message));
        }
        match fiber.resume() {
            Resumed::Suspended => {
                let out = self.hatch.outward.take();
                Ok(GenState::Yielded(out.expect("a pause hands out a value")))
            }
            Resumed::Finished => {
                *place = None;
                let end = self.end.take().expect("a body that has ended has set this");
                end.map(GenState::Returned).map_err(GenError::Raised)
            }
        }
    }
}

impl<In: 'static, Out: 'static> Co<In, Out> {
    /// Pauses the body and hands out a value. Returns what the next call brings: `Ok(None)` from
    /// `next`, `Ok(Some(..))` from `send`, an error from `throw` and `close`.
    pub fn yield_(&self, out: Out) -> Result<Option<In>, Interrupt> {
        self.hatch.outward.set(Some(out));
        self.suspender.suspend();
        self.hatch.inward.take().expect("a resume brings a message")
    }

    /// Runs `inner` in place of this body, and returns what it returns: Python's `yield from`. It
    /// begins with a `next`. What `inner` yields this body yields, and what is sent and thrown to
    /// this body goes to `inner`. On `Close`, `inner` is closed first; then this returns `Close`, or
    /// the error of the inner `close`. What `inner` raises is returned; any other error of it is
    /// returned as `Throw`.
    pub fn delegate<R>(&self, inner: &Gen<In, Out, R>) -> Result<R, Interrupt> {
        let raised = |error| match error {
            GenError::Raised(interrupt) => interrupt,
            other => Interrupt::Throw(Box::new(other)),
        };
        let mut answer = inner.next();
        loop {
            let out = match answer.map_err(raised)? {
                GenState::Yielded(out) => out,
                GenState::Returned(result) => return Ok(result),
            };
            answer = match self.yield_(out) {
                Ok(None) => inner.next(),
                Ok(Some(value)) => inner.send(value),
                Err(Interrupt::Throw(error)) => inner.throw(error),
                Err(Interrupt::Close) => {
                    inner.close().map_err(raised)?;
                    return Err(Interrupt::Close);
                }
            };
        }
    }
}

impl<In, Out, Ret> Drop for Gen<In, Out, Ret> {
    fn drop(&mut self) {
        // Nobody is left to tell of an error. The fiber, if it is still paused, goes after this.
        let _ = self.close();
    }
}
