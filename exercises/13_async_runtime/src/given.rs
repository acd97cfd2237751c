//! Supplied: an executor of one thread. What it does while no task can run is yours to say.
//!
//! It works in turns. A turn polls each task that is ready when the turn begins, once; then
//! `drive` is called, and the next turn begins.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{AcqRel, Acquire};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, ThreadId};

use async_task::{Runnable, Task};

/// What [`timeout`](crate::e4_reactor::timeout) returns where the time was over first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elapsed;

/// A task that was spawned, as a future of its output. Dropped, it lets the task run on.
pub struct JoinHandle<T> {
    task: Option<Task<T>>,
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<Tasks>>> = const { RefCell::new(None) };
    static TURNS: Cell<u64> = const { Cell::new(0) };
    static LAST_MOMENT: Cell<Option<Box<dyn FnOnce()>>> = const { Cell::new(None) };
}

/// Polls `main` and the tasks that are spawned, on this thread, until `main` ends. The other tasks
/// are dropped then, on this thread, too.
///
/// `drive(may_sleep)` is called after each turn. It wakes the tasks that can go on. Where
/// `may_sleep` is `true`, no task is ready: it may sleep until there is one to wake, or `interrupt`
/// was called. Where it is `false`, a task is ready, so it looks and returns at once.
///
/// `interrupt` is called by each thread but this one when it has woken a task, any number of times,
/// at any moment, also after the return of `run`. A `drive` that sleeps must return then, and so
/// must one that was called with `true` and is about to sleep.
///
/// # Panics
///
/// Panics where this thread is in a `run` already, and where `main`, a task or `drive` panics.
pub fn run<F: Future>(
    main: F,
    mut drive: impl FnMut(bool),
    interrupt: impl Fn() + Send + Sync + 'static,
) -> F::Output {
    let ready = Arc::new(Ready {
        thread: thread::current().id(),
        main: AtomicBool::new(true),
        queue: Mutex::default(),
        interrupt: Box::new(interrupt),
    });
    let tasks = Rc::new(Tasks { ready: Arc::clone(&ready), live: RefCell::default() });
    let mut main = pin!(main);
    let _entered = Entered::new(Rc::clone(&tasks));
    let waker = Waker::from(Arc::clone(&ready));
    loop {
        TURNS.set(TURNS.get() + 1);
        let in_turn = ready.queue().len();
        // AcqRel: pairs with the swap in `wake_by_ref`, so that the poll sees what led to the wake-up.
        if ready.main.swap(false, AcqRel)
            && let Poll::Ready(output) = main.as_mut().poll(&mut Context::from_waker(&waker))
        {
            return output;
        }
        for _ in 0..in_turn {
            let next = ready.queue().pop_front();
            if let Some(runnable) = next {
                runnable.run();
            }
        }
        let may_sleep = ready.is_empty();
        if may_sleep && let Some(action) = LAST_MOMENT.take() {
            action();
        }
        drive(may_sleep);
    }
}

/// Calls `action` on this thread once, in a moment that a test cannot hit otherwise: [`run`] has found
/// that no task is ready, and is about to call `drive(true)`.
pub fn at_the_last_moment(action: impl FnOnce() + 'static) {
    LAST_MOMENT.set(Some(Box::new(action)));
}

/// Starts a task on the executor that runs on this thread. It is polled in a later turn.
///
/// # Panics
///
/// Panics outside of [`run`].
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: 'static> + 'static,
{
    let tasks = CURRENT.with_borrow(Option::clone).expect("`spawn` is called by a task");
    let (runnable, task) = tasks.start(future);
    runnable.schedule();
    JoinHandle { task: Some(task) }
}

/// How many turns there have been on this thread, in all calls of [`run`]. An executor whose tasks
/// all wait stays in one turn.
pub fn turns() -> u64 {
    TURNS.get()
}

/// Lets the other tasks that are ready run, and goes on in the next turn.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl<T> JoinHandle<T> {
    /// Drops the future of the task, in the next turn at the latest, unless it has ended.
    pub fn cancel(mut self) {
        drop(self.task.take());
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let task =
            self.task.as_mut().expect("only `cancel` takes the task, and the handle with it");
        Pin::new(task).poll(cx)
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.detach();
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// What is ready. The wakers share it, and may be in any thread.
struct Ready {
    thread: ThreadId,
    /// Whether `main` is ready.
    main: AtomicBool,
    queue: Mutex<VecDeque<Runnable>>,
    interrupt: Box<dyn Fn() + Send + Sync>,
}

impl Ready {
    fn queue(&self) -> MutexGuard<'_, VecDeque<Runnable>> {
        // No code of others runs under the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_empty(&self) -> bool {
        // Acquire: pairs with the swap in `wake_by_ref`. A wake-up that it misses interrupts the sleep.
        !self.main.load(Acquire) && self.queue().is_empty()
    }

    /// Whoever is on the thread of the executor does not sleep.
    fn interrupt(&self) {
        if thread::current().id() != self.thread {
            (self.interrupt)();
        }
    }
}

impl Wake for Ready {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // AcqRel: pairs with the swap in `run`. Who finds `true` may leave the interruption to the one
        // who has set it.
        if !self.main.swap(true, AcqRel) {
            self.interrupt();
        }
    }
}

/// The tasks that have been spawned and have not ended.
struct Tasks {
    ready: Arc<Ready>,
    live: RefCell<Live>,
}

#[derive(Default)]
struct Live {
    started: u64,
    wakers: BTreeMap<u64, Waker>,
}

impl Tasks {
    fn start<F>(self: &Rc<Self>, future: F) -> (Runnable, Task<F::Output>)
    where
        F: Future<Output: 'static> + 'static,
    {
        let number = {
            let mut live = self.live.borrow_mut();
            live.started += 1;
            live.started
        };
        let listed = Listed { tasks: Rc::clone(self), number };
        let future = async move {
            let _listed = listed;
            future.await
        };
        let ready = Arc::clone(&self.ready);
        let (runnable, task) = async_task::spawn_local(future, move |runnable| {
            ready.queue().push_back(runnable);
            ready.interrupt();
        });
        self.live.borrow_mut().wakers.insert(number, runnable.waker());
        (runnable, task)
    }

    fn is_empty(&self) -> bool {
        self.live.borrow().wakers.is_empty()
    }
}

/// Is part of the future of a task, and dropped with it.
struct Listed {
    tasks: Rc<Tasks>,
    number: u64,
}

impl Drop for Listed {
    fn drop(&mut self) {
        let waker = self.tasks.live.borrow_mut().wakers.remove(&self.number);
        drop(waker);
    }
}

/// The thread is in `run`. However that ends, no task stays.
struct Entered {
    tasks: Rc<Tasks>,
}

impl Entered {
    fn new(tasks: Rc<Tasks>) -> Entered {
        CURRENT.with_borrow_mut(|current| {
            assert!(current.is_none(), "`run` is called by a task of another `run`");
            *current = Some(Rc::clone(&tasks));
        });
        Entered { tasks }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        // A task is dropped where it is run, so it must be in the queue. Another thread that wakes
        // it may not have put it there yet.
        while !self.tasks.is_empty() {
            let wakers: Vec<Waker> = self.tasks.live.borrow().wakers.values().cloned().collect();
            wakers.into_iter().for_each(Waker::wake);
            let next = self.tasks.ready.queue().pop_front();
            match next {
                Some(runnable) => drop(runnable),
                None => thread::yield_now(),
            }
        }
        CURRENT.set(None);
    }
}
