//! Run tasks in turns on one thread, with sleep, join and channels: green threads.
//! Steps of tests: `step1` turns, `step2` join, `step3` sleep, `step4` channels, `step5` deadlock.
use crate::given::{Deadlock, Turn};
use std::{any::type_name, marker::PhantomData, rc::Rc, time::Duration};

/// Runs tasks in turns: the first of the queue runs until it pauses. Who is spawned, yields or is
/// woken goes to its end at once. The clock begins at zero. Dropped, it unwinds what has not ended.
#[derive(Default)]
pub struct Scheduler {} // TODO: in which lists can a task be? Its stack is a `Fiber`.
/// The right to the value of a task.
pub struct Task<T>(PhantomData<T>);
/// A channel of one scheduler; a clone is the same. With room, or a value, it works outside, too.
pub struct Chan<T>(PhantomData<Rc<T>>);
impl<T> Clone for Chan<T> {
    fn clone(&self) -> Chan<T> {
        todo!("share {self:p}")
    }
}
impl Scheduler {
    pub fn spawn<T: 'static>(&self, name: &str, f: impl FnOnce() -> T + 'static) -> Task<T> {
        todo!("spawn {name}, which holds {} bytes", size_of_val(&f))
    }
    /// Gives turns until all have ended, and tells those of this run. Where no task is ready, the
    /// clock jumps to the earliest deadline; all who sleep until then are woken, in the order in
    /// which they fell asleep. Where none sleeps, it fails. A panic is the end of its task alone.
    pub fn run(&self) -> Result<Vec<Turn>, Deadlock> {
        todo!("give turns")
    }
}
/// As `Scheduler::spawn`, for a task. Outside of one this panics, and so does whatever would pause.
pub fn spawn<T: 'static>(name: &str, f: impl FnOnce() -> T + 'static) -> Task<T> {
    todo!("spawn {name}, which holds {} bytes", size_of_val(&f))
}
pub fn yield_now() {
    todo!("let all go first that are ready")
}
/// Sleeps for this time on the clock, or until its last moment, `Duration::MAX`.
pub fn sleep(time: Duration) {
    todo!("sleep for {time:?}")
}
impl<T: 'static> Task<T> {
    /// Waits for the end, if it has not come. Returns the value, or panics with the task's payload.
    pub fn join(self) -> T {
        todo!("return a {}", type_name::<T>())
    }
}
impl<T: 'static> Chan<T> {
    pub fn bounded(capacity: usize) -> Chan<T> {
        todo!("make room for {capacity} values")
    }
    /// Hands it to the first who waits for one, who is woken; or takes room; or waits for a `recv`.
    pub fn send(&self, value: T) {
        todo!("send {} bytes", size_of_val(&value))
    }
    /// Takes the oldest value, whose room goes to the first who waits to send, who is woken. Where
    /// none has room, takes it from that sender; or waits for one.
    pub fn recv(&self) -> T {
        todo!("receive a {}", type_name::<T>())
    }
}
