//! The lock is back on every way out of a section: a value takes it again in its drop. The tempting mistake is a
//! line after the call of `f`, which a panic does not reach; and on its way out a panic drops references, each
//! of which touches a count in the heap. The rest is for types to do. The proof and the references stay on
//! their thread, and what a section calls is `Send`, so that it has none of them.

use std::marker::PhantomData;

use crate::given::{Interpreter, Object};
use crate::vm::{Frame, Step, Trap};

/// Makes a type that stays on its thread: a raw pointer is neither `Send` nor `Sync`.
type Here = PhantomData<*const ()>;

/// The proof that this thread holds the lock of an interpreter; neither `Send` nor `Sync`.
pub struct Gil<'g> {
    interpreter: &'g Interpreter,
    _here: Here,
}

/// A reference to an object of the heap, which counts it; neither `Send` nor `Sync`.
pub struct Ref<'g> {
    object: &'g Object,
    _here: Here,
}

/// Takes the lock, calls `f` on this thread with the proof of it, and frees the lock, also where `f` panics.
///
/// # Panics
///
/// Panics where this thread holds the lock already.
pub fn with_gil<R>(interpreter: &Interpreter, f: impl for<'g> FnOnce(&mut Gil<'g>) -> R) -> R {
    interpreter.lock.acquire();
    // SAFETY: the proof is gone by then, and every reference with it, for none outlives `'g`.
    let _free = OnDrop(|| unsafe { interpreter.lock.release() });
    f(&mut Gil { interpreter, _here: PhantomData })
}

impl<'g> Gil<'g> {
    /// Frees the lock, calls `f` on this thread, and takes the lock again, also where `f` panics. What `f`
    /// has is `Send`, so it has no [`Ref`].
    pub fn allow_threads<R: Send>(&mut self, f: impl FnOnce() -> R + Send) -> R {
        let lock = &self.interpreter.lock;
        // SAFETY: the proof is borrowed until the lock is back, and the references stay out of `f`.
        unsafe { lock.release() };
        let _again = OnDrop(|| lock.acquire());
        f()
    }

    /// If another thread waits for the lock, lets it have its turn first. Else it takes no lock.
    pub fn safe_point(&mut self) {
        if self.interpreter.lock.is_wanted() {
            self.allow_threads(|| {});
        }
    }

    /// A reference to the object at this place; it counts from now until its drop.
    ///
    /// # Panics
    ///
    /// Panics where there is none.
    pub fn object(&self, at: usize) -> Ref<'g> {
        let object = &self.interpreter.objects[at];
        // SAFETY: the proof is on this thread, and its lock is held, for `allow_threads` would borrow it.
        unsafe { object.add_reference() };
        Ref { object, _here: PhantomData }
    }

    /// Runs the frame to its end: where it may, it lets others run, and what may block gets a section.
    ///
    /// # Errors
    ///
    /// The trap that ends the frame.
    pub fn eval(&mut self, frame: &mut Frame<'_>) -> Result<i64, Trap> {
        let heap = &self.interpreter.heap;
        loop {
            match frame.step(heap)? {
                Step::Next => {}
                Step::SafePoint => self.safe_point(),
                Step::Block(function) => self.allow_threads(|| heap.call(function))?,
                Step::Return(number) => return Ok(number),
            }
        }
    }
}

impl Ref<'_> {
    /// Adds a number to the value, and returns the sum.
    pub fn add(&self, more: i64) -> i64 {
        // SAFETY: as in `object`: this reference is on the thread of the proof, and not in a section.
        unsafe {
            self.object.set_value(self.object.value() + more);
            self.object.value()
        }
    }
}

impl Drop for Ref<'_> {
    fn drop(&mut self) {
        // SAFETY: as in `add`; where a panic drops it, the section has taken the lock before.
        unsafe { self.object.drop_reference() }
    }
}

/// Does something on every way out of a block.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
