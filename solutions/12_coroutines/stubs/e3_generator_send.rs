//! Python's generators, on a stack of their own.
//! Steps of tests: `step1` next, `step2` send, `step3` throw, `step4` close and drop, `step5` calls
//! while it runs, `step6` delegate, `step7` all of it, beside Python where that is installed.
use crate::given::{Answer, GenError, Interrupt};
use std::{any::type_name, error::Error, marker::PhantomData};

/// A body that hands out values, and takes one for each. A call runs it to its next `yield_` or to
/// its end; one made by the running body, or by whatever that calls, is refused as `Running`. A
/// panic of the body comes out of the call, and has ended the body. What is dropped is closed once,
/// and unwound if it does not end: an error is lost, and a panic comes out.
pub struct Gen<In: 'static, Out: 'static, Ret: 'static>(PhantomData<(In, Out, Ret)>);
/// What a body pauses by.
pub struct Co<In, Out>(PhantomData<(In, Out)>); // TODO: what do both share? See `given::Fiber`.

impl<In: 'static, Out: 'static, Ret: 'static> Gen<In, Out, Ret> {
    /// A generator whose body has not begun. Panics where there is no memory for a stack.
    pub fn new(body: impl FnOnce(&Co<In, Out>) -> Result<Ret, Interrupt> + 'static) -> Self {
        drop(body);
        todo!("keep a body that returns a {}", type_name::<Ret>())
    }
    /// Begins, or goes on: the paused `yield_` returns `Ok(None)`.
    pub fn next(&self) -> Answer<Out, Ret> {
        todo!("run to the next {}", type_name::<Out>())
    }
    /// Goes on: the paused `yield_` returns `Ok(Some(value))`. A body that has not begun stays so.
    pub fn send(&self, value: In) -> Answer<Out, Ret> {
        drop(value);
        todo!("send a {}", type_name::<In>())
    }
    /// Goes on: the paused `yield_` returns the error. A body that has ended, or never began, gives
    /// it back as `Raised`. One that never began has ended then, and is dropped unused.
    pub fn throw(&self, error: Box<dyn Error>) -> Answer<Out, Ret> {
        todo!("throw {error}")
    }
    /// Goes on: the paused `yield_` returns `Close`. Fine is any return of the body, an end by
    /// `Close`, and one before; a body that never began is dropped unused. If it yields again, that
    /// value is lost, it is paused there, and the error is `IgnoredExit`.
    pub fn close(&self) -> Result<(), GenError> {
        todo!("close")
    }
}
impl<In: 'static, Out: 'static> Co<In, Out> {
    /// Pauses the body, hands out a value, and returns what the next call brings.
    pub fn yield_(&self, out: Out) -> Result<Option<In>, Interrupt> {
        drop(out);
        todo!("hand out a {}", type_name::<Out>())
    }
    /// Python's `yield from`: runs `inner` in place of this body, from a `next` on, and returns
    /// what it returns or raises, also in answer to an error. All that this body is told goes to
    /// `inner`. On `Close`, it is closed; then this returns `Close`, or the error of that. `Raised`
    /// is handed on as it is; any other `GenError` becomes an `Interrupt::Throw` of itself.
    pub fn delegate<R>(&self, inner: &Gen<In, Out, R>) -> Result<R, Interrupt> {
        todo!("return the {} of {inner:p}", type_name::<R>())
    }
}
impl<In, Out, Ret> Drop for Gen<In, Out, Ret> {
    fn drop(&mut self) {
        // TODO: close it.
    }
}
