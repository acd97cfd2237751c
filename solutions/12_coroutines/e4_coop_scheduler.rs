//! A task is always in one place: it runs, or it is in one list. To pause is to choose the list first.
//!
//! The tempting mistake is to wait by asking again and again: whoever waits for another task would be
//! ready all the time, and a deadlock would be a loop without an end. A task that waits is in no list
//! of the scheduler; it is known to the one that it waits for, who makes it ready.

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::time::Duration;

use crate::given::{Deadlock, Fiber, Resumed, Suspender, Then, Turn};

/// The number of a task; a later one has a higher number.
type Id = u64;

thread_local! {
    /// The task that runs.
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

#[derive(Clone)]
struct Current {
    lists: Rc<Lists>,
    id: Id,
    suspender: Rc<OnceCell<Suspender>>,
}

/// All that is known of tasks.
#[derive(Default)]
struct Lists {
    clock: Cell<Duration>,
    next_id: Cell<Id>,
    falls_asleep: Cell<u64>,
    /// What has ended the last turn in the middle of a task.
    then: Cell<Option<Then>>,
    /// Those that do not run and have not ended.
    tasks: RefCell<BTreeMap<Id, Paused>>,
    ready: RefCell<VecDeque<Id>>,
    /// By deadline, and then in the order in which they have fallen asleep.
    sleepers: RefCell<BinaryHeap<Reverse<(Duration, u64, Id)>>>,
}

struct Paused {
    name: String,
    fiber: Fiber,
    suspender: Rc<OnceCell<Suspender>>,
    end: Rc<End>,
}

/// What is known of the end of a task.
#[derive(Default)]
struct End {
    has_come: Cell<bool>,
    panic: Cell<Option<Box<dyn Any + Send>>>,
    joiner: Cell<Option<Id>>,
}

/// Runs tasks in turns, on one thread: a task runs until it pauses. Its clock is its own.
///
/// Tasks that are ready form a queue. Who is spawned, who yields, and who is woken goes to its end;
/// the first of it has the next turn. Dropped, the scheduler unwinds the tasks that have not ended.
#[derive(Default)]
pub struct Scheduler {
    lists: Rc<Lists>,
}

impl Scheduler {
    /// A new task, which is ready. Nothing of it runs before `run`.
    pub fn spawn<T: 'static>(&self, name: &str, f: impl FnOnce() -> T + 'static) -> Task<T> {
        self.lists.spawn(name, f)
    }

    /// Gives turns to the tasks until all have ended, and tells these turns in their order. The clock
    /// goes on from where the last run has left it.
    ///
    /// The clock stands still as long as a task is ready. When none is, it jumps to the earliest
    /// deadline, and all who sleep until then become ready, in the order in which they have fallen
    /// asleep. A task that panics has ended; the others go on.
    ///
    /// # Errors
    ///
    /// Fails where nobody is ready, nobody sleeps, and there are tasks that wait.
    pub fn run(&self) -> Result<Vec<Turn>, Deadlock> {
        let mut turns = Vec::new();
        loop {
            let first = self.lists.ready.borrow_mut().pop_front();
            match first {
                Some(id) => turns.push(self.turn(id)),
                None if self.lists.wake_sleepers() => {}
                None => break,
            }
        }
        let waiting: Vec<String> =
            self.lists.tasks.borrow().values().map(|task| task.name.clone()).collect();
        if waiting.is_empty() { Ok(turns) } else { Err(Deadlock { waiting }) }
    }

    fn turn(&self, id: Id) -> Turn {
        // The task may spawn others, so the map is not borrowed while it runs.
        let task = self.lists.tasks.borrow_mut().remove(&id);
        let mut task = task.expect("a task that is ready has not ended");
        let suspender = Rc::clone(&task.suspender);
        let outer = CURRENT.replace(Some(Current { lists: Rc::clone(&self.lists), id, suspender }));
        let resumed = catch_unwind(AssertUnwindSafe(|| task.fiber.resume()));
        CURRENT.set(outer);
        let turn = |then| Turn { at: self.lists.clock.get(), task: task.name.clone(), then };
        let turn = match resumed {
            Ok(Resumed::Suspended) => {
                turn(self.lists.then.get().expect("a task pauses by `pause`"))
            }
            Ok(Resumed::Finished) => turn(Then::Ends),
            Err(payload) => {
                task.end.panic.set(Some(payload));
                turn(Then::Panics)
            }
        };
        if task.fiber.is_finished() {
            task.end.has_come.set(true);
            self.lists.ready.borrow_mut().extend(task.end.joiner.take());
        } else {
            self.lists.tasks.borrow_mut().insert(id, task);
        }
        turn
    }
}

impl Lists {
    fn spawn<T: 'static>(&self, name: &str, f: impl FnOnce() -> T + 'static) -> Task<T> {
        let (value, suspender) = (Rc::new(Cell::new(None)), Rc::new(OnceCell::new()));
        let end = Rc::new(End::default());
        let (value_of_body, suspender_of_body) = (Rc::clone(&value), Rc::clone(&suspender));
        let fiber = Fiber::new(move |suspender| {
            suspender_of_body.get_or_init(|| suspender.clone());
            value_of_body.set(Some(f()));
        });
        let fiber = fiber.expect("there is memory for a stack");
        let id = self.next_id.replace(self.next_id.get() + 1);
        let task = Paused { name: name.to_owned(), fiber, suspender, end: Rc::clone(&end) };
        self.tasks.borrow_mut().insert(id, task);
        self.ready.borrow_mut().push_back(id);
        Task { value, end }
    }

    /// Moves the clock, where somebody sleeps.
    fn wake_sleepers(&self) -> bool {
        let mut sleepers = self.sleepers.borrow_mut();
        let Some(&Reverse((earliest, ..))) = sleepers.peek() else { return false };
        self.clock.set(earliest);
        while let Some(&Reverse((deadline, _, id))) = sleepers.peek()
            && deadline == earliest
        {
            sleepers.pop();
            self.ready.borrow_mut().push_back(id);
        }
        true
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        // A paused task holds the lists, from within a call, and they hold the task.
        let tasks = self.lists.tasks.take();
        drop(tasks);
    }
}

/// The task that runs.
///
/// # Panics
///
/// Panics outside of a task.
fn current() -> Current {
    CURRENT.with_borrow(|current| current.clone()).expect("this is for tasks, while they run")
}

impl Current {
    /// Ends the turn. Who it is that makes the task ready again has been settled before.
    fn pause(&self, then: Then) {
        self.lists.then.set(Some(then));
        self.suspender.get().expect("the body has set it").suspend();
    }

    fn make_ready(&self) {
        self.lists.ready.borrow_mut().push_back(self.id);
    }
}

/// As [`Scheduler::spawn`], for the scheduler of the task that runs.
pub fn spawn<T: 'static>(name: &str, f: impl FnOnce() -> T + 'static) -> Task<T> {
    current().lists.spawn(name, f)
}

/// Lets all tasks go first that are ready.
pub fn yield_now() {
    let current = current();
    current.make_ready();
    current.pause(Then::Yields);
}

/// Pauses for this time on the clock of the scheduler. Its last moment is [`Duration::MAX`].
pub fn sleep(time: Duration) {
    let current = current();
    let lists = &current.lists;
    let number = lists.falls_asleep.replace(lists.falls_asleep.get() + 1);
    let deadline = lists.clock.get().saturating_add(time);
    lists.sleepers.borrow_mut().push(Reverse((deadline, number, current.id)));
    current.pause(Then::Sleeps);
}

/// The right to the value of a task. The task runs without it, too.
pub struct Task<T> {
    value: Rc<Cell<Option<T>>>,
    end: Rc<End>,
}

impl<T: 'static> Task<T> {
    /// Waits for the end of the task, where it has not ended, and returns its value. If the task has
    /// panicked, this panics with the same payload. Outside of a task it does not wait, but panics.
    pub fn join(self) -> T {
        if !self.end.has_come.get() {
            let current = current();
            self.end.joiner.set(Some(current.id));
            current.pause(Then::Waits);
        }
        if let Some(payload) = self.end.panic.take() {
            resume_unwind(payload);
        }
        self.value.take().expect("a task that has not panicked has returned")
    }
}

/// A channel between the tasks of one scheduler, with room for so many values. A clone is the same
/// channel. Where nobody has to wait it works outside of tasks, too: who is woken from there is known
/// with its scheduler.
pub struct Chan<T> {
    state: Rc<RefCell<State<T>>>,
}

struct State<T> {
    capacity: usize,
    values: VecDeque<T>,
    /// Those that wait for a value, each with the place to put it.
    receivers: VecDeque<(Current, Rc<Cell<Option<T>>>)>,
    /// Those that wait for room, each with its value.
    senders: VecDeque<(Current, T)>,
}

impl<T: 'static> Chan<T> {
    /// A channel with this room. With no room at all, a value goes from hand to hand.
    pub fn bounded(capacity: usize) -> Chan<T> {
        let (values, receivers, senders) = Default::default();
        Chan { state: Rc::new(RefCell::new(State { capacity, values, receivers, senders })) }
    }

    /// Sends a value. If somebody waits for one, the first of them gets it and is woken; otherwise
    /// it takes room. Where there is none, waits until a receiver has made room, or has come.
    pub fn send(&self, value: T) {
        let mut state = self.state.borrow_mut();
        if let Some((receiver, place)) = state.receivers.pop_front() {
            place.set(Some(value));
            receiver.make_ready();
        } else if state.values.len() < state.capacity {
            state.values.push_back(value);
        } else {
            let current = current();
            state.senders.push_back((current.clone(), value));
            drop(state);
            current.pause(Then::Waits);
        }
    }

    /// Receives the value that was sent first. The first of those that wait to send is then rid of
    /// its value, and is woken. Where there is no value, waits for one.
    pub fn recv(&self) -> T {
        let mut state = self.state.borrow_mut();
        let first = state.values.pop_front();
        let next = state.senders.pop_front().map(|(sender, value)| {
            sender.make_ready();
            value
        });
        match (first, next) {
            (Some(first), next) => {
                state.values.extend(next);
                first
            }
            (None, Some(handed)) => handed,
            (None, None) => {
                let (current, place) = (current(), Rc::new(Cell::new(None)));
                state.receivers.push_back((current.clone(), Rc::clone(&place)));
                drop(state);
                current.pause(Then::Waits);
                place.take().expect("a receiver is woken when it has a value")
            }
        }
    }
}

impl<T> Clone for Chan<T> {
    fn clone(&self) -> Chan<T> {
        Chan { state: Rc::clone(&self.state) }
    }
}
