//! Give the lock up around what blocks, with types that keep everybody off the heap meanwhile.

use crate::given::{Interpreter, Object};
use crate::vm::{Frame, Trap};

/// The proof that this thread holds the lock of an interpreter; neither `Send` nor `Sync`.
pub struct Gil<'g> {
    // TODO: a reference may go to other threads. What keeps the proof here?
    interpreter: &'g Interpreter,
}

/// A reference to an object of the heap, which counts it; neither `Send` nor `Sync`.
pub struct Ref<'g> {
    object: &'g Object,
}

/// Takes the lock, calls `f` on this thread with the proof of it, and frees the lock, also where `f` panics.
pub fn with_gil<R>(interpreter: &Interpreter, f: impl for<'g> FnOnce(&mut Gil<'g>) -> R) -> R {
    todo!("acquire the lock of {interpreter:?}; {} bytes", size_of_val(&f))
}

impl<'g> Gil<'g> {
    /// Frees the lock, calls `f` on this thread, and takes the lock again, also where `f` panics. What `f`
    /// has is `Send`, so it has no [`Ref`].
    pub fn allow_threads<R: Send>(&mut self, f: impl FnOnce() -> R + Send) -> R {
        todo!("without the lock: {}", size_of_val(&f))
    }

    /// If another thread waits for the lock, lets it have its turn first. Else it takes no lock.
    pub fn safe_point(&mut self) {
        todo!("look whether somebody waits for {:?}", self.interpreter)
    }

    /// A reference to the object at this place; it counts from now until its drop.
    pub fn object(&self, at: usize) -> Ref<'g> {
        todo!("{:?}", self.interpreter.objects[at])
    }

    /// Runs the frame to its end: where it may, it lets others run, and what may block gets a section.
    pub fn eval(&mut self, frame: &mut Frame<'_>) -> Result<i64, Trap> {
        todo!("step by step, on {:?}: {frame:?}", self.interpreter.heap)
    }
}

impl Ref<'_> {
    /// Adds a number to the value, and returns the sum.
    pub fn add(&self, more: i64) -> i64 {
        todo!("{:?} and {more}", self.object)
    }
}

impl Drop for Ref<'_> {
    // TODO: one reference less.
    fn drop(&mut self) {}
}
