//! Two worlds meet in a queue. The futures never leave the thread of the executor, so they need not be
//! `Send`; a waker has no more than the number of its task, a flag, and the queue, and may go anywhere. The
//! flag says that the number is in the queue, so ten wake-ups are one poll. The tempting mistake is to lower
//! it after the poll: a wake-up during the poll then finds it up, and queues nothing. What runs code of
//! others, a poll or a drop, runs it with nothing borrowed and nothing locked.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::panic::{self, AssertUnwindSafe};
use std::pin::{Pin, pin};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use crate::sync::Ordering::{Acquire, Release};
use crate::sync::{AtomicBool, Condvar, Mutex, MutexGuard};

/// Polls tasks on the thread that has it, in the order in which they became ready. A new task is ready, and
/// so is one that was woken since its last poll began: by any thread, and however often.
#[derive(Default)]
pub struct Executor {
    inner: Rc<Inner>,
}

/// What stays on the thread of the executor.
#[derive(Default)]
struct Inner {
    tasks: RefCell<BTreeMap<u64, Task>>,
    /// The number of the newest task, or of the newest `main`: none of them has that of another.
    newest: Cell<u64>,
    ready: Arc<Ready>,
}

/// A future that stays on this thread.
type Local = Pin<Box<dyn Future<Output = ()>>>;

struct Task {
    /// Nothing during a poll.
    future: Option<Local>,
    flag: Arc<Flag>,
}

/// Who is ready, in this order. Any thread may add to it.
#[derive(Default)]
struct Ready {
    queue: Mutex<VecDeque<u64>>,
    /// The queue is no longer empty.
    came: Condvar,
}

/// What a waker does.
struct Flag {
    task: u64,
    /// Whether the task is in the queue.
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Flag {
    /// The flag of a task that is put into the queue.
    fn queued(task: u64, ready: &Arc<Ready>) -> Arc<Flag> {
        ready.push(task);
        Arc::new(Flag { task, queued: AtomicBool::new(true), ready: ready.clone() })
    }

    /// Says that a poll begins, which sees what all wake-ups so far have brought.
    fn lower(&self) {
        // Acquire pairs with the Release in `wake`. A store would receive nothing.
        self.queued.swap(false, Acquire);
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        // Release pairs with the Acquire in `lower`, for the task may be in the queue already.
        if !self.queued.swap(true, Release) {
            self.ready.push(self.task);
        }
    }
}

impl Ready {
    fn lock(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.queue.lock().expect("nobody panics with the queue locked")
    }

    fn push(&self, task: u64) {
        self.lock().push_back(task);
        self.came.notify_one();
    }

    fn pop(&self) -> Option<u64> {
        self.lock().pop_front()
    }

    /// Sleeps while nobody is ready. Returns how many are.
    fn wait(&self) -> usize {
        let mut queue = self.lock();
        while queue.is_empty() {
            queue = self.came.wait(queue).expect("nobody panics with the queue locked");
        }
        queue.len()
    }
}

impl Inner {
    fn number(&self) -> u64 {
        self.newest.set(self.newest.get() + 1);
        self.newest.get()
    }

    /// Polls a task; returns whether there was one to poll.
    fn poll(&self, number: u64) -> bool {
        let Some((mut future, flag)) = self.begin(number) else { return false };
        flag.lower();
        let waker = Waker::from(flag);
        let result = future.as_mut().poll(&mut Context::from_waker(&waker));
        let mut tasks = self.tasks.borrow_mut();
        if result.is_ready() {
            tasks.remove(&number);
        } else if let Some(task) = tasks.get_mut(&number) {
            task.future = Some(future);
            return true;
        }
        // It has ended, or it was aborted during the poll. Its future is dropped after the borrow.
        drop(tasks);
        true
    }

    fn begin(&self, number: u64) -> Option<(Local, Arc<Flag>)> {
        let mut tasks = self.tasks.borrow_mut();
        let task = tasks.get_mut(&number)?;
        Some((task.future.take()?, task.flag.clone()))
    }
}

impl Executor {
    pub fn spawner(&self) -> Spawner {
        Spawner { inner: Rc::downgrade(&self.inner) }
    }

    /// Polls each task that is ready now, and none that becomes ready meanwhile. Returns the number of polls.
    pub fn turn(&self) -> usize {
        let ready = self.inner.ready.lock().len();
        let queued = (0..ready).map_while(|_| self.inner.ready.pop());
        queued.filter(|&task| self.inner.poll(task)).count()
    }

    /// Runs `main`, and the tasks beside it, until `main` is ready; drops them then. Sleeps while nobody is ready.
    /// `main` takes turns like a task. If it panics, so does `run`.
    pub fn run<F: Future>(&self, main: F) -> F::Output {
        let Inner { tasks, ready, .. } = &*self.inner;
        let mut main = pin!(main);
        let number = self.inner.number();
        let flag = Flag::queued(number, ready);
        let waker = Waker::from(flag.clone());
        loop {
            for _ in 0..ready.wait() {
                match ready.pop() {
                    Some(task) if task == number => {
                        flag.lower();
                        let result = main.as_mut().poll(&mut Context::from_waker(&waker));
                        let Poll::Ready(value) = result else { continue };
                        while !tasks.borrow().is_empty() {
                            drop(tasks.take());
                        }
                        return value;
                    }
                    Some(task) => drop(self.inner.poll(task)),
                    None => break,
                }
            }
        }
    }

    /// How many tasks have neither ended nor been aborted.
    pub fn live_tasks(&self) -> usize {
        self.inner.tasks.borrow().len()
    }
}

/// Adds tasks to an executor; it does not keep the executor alive.
#[derive(Clone)]
pub struct Spawner {
    inner: Weak<Inner>,
}

impl Spawner {
    /// A task that polls `future`. Where the executor has gone, it drops `future`, and the task is cancelled.
    pub fn spawn<F: Future + 'static>(&self, future: F) -> JoinHandle<F::Output> {
        let outcome = Rc::new(Outcome { result: Cell::new(None), waker: Cell::new(None) });
        let report = Report { future: Some(Box::pin(future)), outcome: outcome.clone() };
        let mut number = 0;
        // Without an executor, the report is dropped here, and says that the task is cancelled.
        if let Some(inner) = self.inner.upgrade() {
            number = inner.number();
            let flag = Flag::queued(number, &inner.ready);
            let task = Task { future: Some(Box::pin(report)), flag };
            inner.tasks.borrow_mut().insert(number, task);
        }
        JoinHandle { inner: self.inner.clone(), number, outcome }
    }
}

/// Where a task leaves what it has come to.
struct Outcome<T> {
    result: Cell<Option<Result<T, JoinError>>>,
    waker: Cell<Option<Waker>>,
}

/// The future of a task, which leaves its outcome, whatever becomes of it.
struct Report<F: Future> {
    /// Nothing when there is an outcome.
    future: Option<Pin<Box<F>>>,
    outcome: Rc<Outcome<F::Output>>,
}

impl<F: Future> Report<F> {
    fn end(&mut self, result: Result<F::Output, JoinError>) {
        self.future = None;
        self.outcome.result.set(Some(result));
        if let Some(waker) = self.outcome.waker.take() {
            waker.wake();
        }
    }
}

impl<F: Future> Future for Report<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(future) = self.future.as_mut() else { return Poll::Ready(()) };
        // A future that has panicked is dropped, and never used again.
        match panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(value)) => self.end(Ok(value)),
            Err(payload) => self.end(Err(JoinError::Panicked(payload))),
        }
        Poll::Ready(())
    }
}

impl<F: Future> Drop for Report<F> {
    fn drop(&mut self) {
        if self.future.is_some() {
            self.end(Err(JoinError::Cancelled));
        }
    }
}

/// Waits for the end of a task. Who drops it leaves the task alone.
pub struct JoinHandle<T> {
    inner: Weak<Inner>,
    number: u64,
    outcome: Rc<Outcome<T>>,
}

/// Why a task has no value: it panicked with this payload, or its future was dropped before its end.
#[derive(Debug)]
pub enum JoinError {
    Panicked(Box<dyn Any + Send>),
    Cancelled,
}

impl<T> JoinHandle<T> {
    /// Drops the future of the task at once, or at the end of the poll that it is in, unless the task has ended.
    pub fn abort(&self) {
        if let Some(inner) = self.inner.upgrade() {
            // The drop runs code of the task, which may want the tasks: they are not borrowed any more.
            let task = inner.tasks.borrow_mut().remove(&self.number);
            drop(task);
        }
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.outcome.result.take() {
            Some(result) => Poll::Ready(result),
            None => {
                self.outcome.waker.set(Some(cx.waker().clone()));
                Poll::Pending
            }
        }
    }
}
