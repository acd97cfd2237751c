//! A reactor sleeps in one system call, epoll_wait(2), until the first of three things happens: a
//! descriptor has changed, the earliest timer is due, another thread has woken a task.
//!
//! The tempting mistake is to take an event for the truth. It says that something has changed;
//! whether a read would block now, the read alone can say. So a task tries first, leaves its waker
//! where it would block, and tries again when it is woken. An event too many costs one call then,
//! and none is missed: what changes between the call and the sleep is in the ready list of epoll.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::mem;
use std::os::fd::AsFd;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::given;
pub use crate::given::{Elapsed, JoinHandle, spawn};

/// Runs `main` and the tasks that it spawns on this thread, until `main` ends; drops the others then.
///
/// The thread sleeps while no task can go on, and is awake at once when a task is woken, by whichever
/// thread. A task that is always ready holds up neither sleeps nor descriptors, and signals hold up
/// nothing. It makes no thread, and leaves no descriptor when its sleeps, `Async`s and wakers are dropped.
pub fn run<F: Future>(main: F) -> F::Output {
    let reactor = Rc::new(Reactor::new().expect("the system has descriptors left"));
    let notifier = Arc::clone(&reactor.notifier);
    let _entered = Entered::new(Rc::clone(&reactor));
    given::run(
        main,
        move |may_sleep| reactor.drive(may_sleep),
        // It fails where the counter is full, and then the descriptor is readable anyway.
        move || {
            let _ = notifier.write(1);
        },
    )
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<Reactor>>> = const { RefCell::new(None) };
}

/// This reactor is that of the thread, while it lives. Then it is again the one that was.
struct Entered {
    before: Option<Rc<Reactor>>,
}

impl Entered {
    fn new(reactor: Rc<Reactor>) -> Entered {
        Entered { before: CURRENT.replace(Some(reactor)) }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.before.take());
    }
}

fn current() -> Rc<Reactor> {
    CURRENT.with_borrow(Option::clone).expect("this is called within `run`")
}

/// The token of the notifier. The others begin after it, and none is given twice.
const NOTIFIER: u64 = 0;

/// The deadline of a sleep, and what tells sleeps of one deadline apart.
type Key = (Instant, u64);

struct Reactor {
    epoll: Epoll,
    notifier: Arc<EventFd>,
    /// The tasks that wait for a descriptor, by its token: one to read, one to write.
    waiting: RefCell<BTreeMap<u64, [Option<Waker>; 2]>>,
    timers: RefCell<BTreeMap<Key, Waker>>,
    numbers: Cell<u64>,
}

impl Reactor {
    fn new() -> io::Result<Reactor> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let notifier = EventFd::from_flags(EfdFlags::EFD_CLOEXEC.union(EfdFlags::EFD_NONBLOCK))?;
        epoll.add(&notifier, EpollEvent::new(EpollFlags::EPOLLIN, NOTIFIER))?;
        Ok(Reactor {
            epoll,
            notifier: Arc::new(notifier),
            waiting: RefCell::default(),
            timers: RefCell::default(),
            numbers: Cell::new(NOTIFIER),
        })
    }

    fn number(&self) -> u64 {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    /// Wakes the tasks that can go on. If it may, it sleeps until there is one.
    fn drive(&self, may_sleep: bool) {
        let left = if may_sleep { self.time_left() } else { Some(Duration::ZERO) };
        let mut events = [EpollEvent::empty(); 128];
        let count = match self.epoll.wait(&mut events, milliseconds(left)) {
            Ok(count) => count,
            // A signal: the executor comes back, and the time that is left is computed again.
            Err(Errno::EINTR) => 0,
            Err(error) => panic!("epoll_wait fails: {error}"),
        };
        for event in &events[..count] {
            if event.data() == NOTIFIER {
                // The task is in the queue already; this empties the counter.
                let _ = self.notifier.read();
            } else {
                self.wake(event);
            }
        }
        self.wake_sleepers();
    }

    fn wake(&self, event: &EpollEvent) {
        // The end of a stream and errors are for both: the next call tells which.
        let always = EpollFlags::EPOLLHUP | EpollFlags::EPOLLERR;
        let mut woken = [None, None];
        if let Some(waiting) = self.waiting.borrow_mut().get_mut(&event.data()) {
            for direction in [Direction::Read, Direction::Write] {
                if event.events().intersects(always | direction.epoll()) {
                    woken[direction as usize] = waiting[direction as usize].take();
                }
            }
        }
        woken.into_iter().flatten().for_each(Waker::wake);
    }

    fn time_left(&self) -> Option<Duration> {
        let timers = self.timers.borrow();
        let (&(first, _), _) = timers.first_key_value()?;
        Some(first.saturating_duration_since(Instant::now()))
    }

    fn wake_sleepers(&self) {
        let due = {
            let mut timers = self.timers.borrow_mut();
            let later = timers.split_off(&(Instant::now(), u64::MAX));
            mem::replace(&mut *timers, later)
        };
        due.into_values().for_each(Waker::wake);
    }
}

/// Rounded up: who wakes too early finds nothing due, and comes back at once, again and again.
fn milliseconds(left: Option<Duration>) -> EpollTimeout {
    let Some(left) = left else { return EpollTimeout::NONE };
    let count = left.as_nanos().div_ceil(1_000_000);
    EpollTimeout::try_from(count).unwrap_or(EpollTimeout::MAX)
}

#[derive(Clone, Copy)]
enum Direction {
    Read,
    Write,
}

impl Direction {
    fn epoll(self) -> EpollFlags {
        match self {
            Direction::Read => EpollFlags::EPOLLIN | EpollFlags::EPOLLRDHUP,
            Direction::Write => EpollFlags::EPOLLOUT,
        }
    }
}

/// A descriptor that tasks can wait for: one task to read and one to write, at the same time.
/// Dropped, also after `run`, it is not registered, also where its file stays open by another descriptor.
pub struct Async<T: AsFd> {
    io: T,
    token: u64,
    reactor: Rc<Reactor>,
}

impl<T: AsFd> Async<T> {
    /// Sets O_NONBLOCK and registers the descriptor.
    ///
    /// # Errors
    ///
    /// Fails where epoll(7) does: with EPERM for a regular file.
    ///
    /// # Panics
    ///
    /// Panics outside of [`run`].
    pub fn new(io: T) -> io::Result<Self> {
        let flags = OFlag::from_bits_retain(fcntl(&io, FcntlArg::F_GETFL)?);
        fcntl(&io, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        let reactor = current();
        let token = reactor.number();
        // Once for all: an event for each change, whoever waits then.
        let changes = Direction::Read.epoll() | Direction::Write.epoll() | EpollFlags::EPOLLET;
        reactor.epoll.add(&io, EpollEvent::new(changes, token))?;
        reactor.waiting.borrow_mut().insert(token, [None, None]);
        Ok(Async { io, token, reactor })
    }

    /// Calls `op`. While it fails with `WouldBlock`, waits until a read would not block: there is
    /// something, or the end, or an error; and calls it again.
    ///
    /// # Errors
    ///
    /// Fails as `op` does otherwise.
    pub async fn read_with<R>(&self, op: impl FnMut(&T) -> io::Result<R>) -> io::Result<R> {
        self.perform(Direction::Read, op).await
    }

    /// The same for writes.
    ///
    /// # Errors
    ///
    /// As [`Async::read_with`].
    pub async fn write_with<R>(&self, op: impl FnMut(&T) -> io::Result<R>) -> io::Result<R> {
        self.perform(Direction::Write, op).await
    }

    async fn perform<R>(
        &self,
        direction: Direction,
        mut op: impl FnMut(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        poll_fn(|cx| match op(&self.io) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.leave(direction, cx.waker())
            }
            result => Poll::Ready(result),
        })
        .await
    }

    /// Leaves the waker for the next event: that of the last poll is the one that counts.
    fn leave<R>(&self, direction: Direction, waker: &Waker) -> Poll<R> {
        let mut waiting = self.reactor.waiting.borrow_mut();
        let wakers = waiting.get_mut(&self.token).expect("it is registered until it is dropped");
        let old = wakers[direction as usize].replace(waker.clone());
        drop(waiting);
        drop(old);
        Poll::Pending
    }
}

impl<T: AsFd> Drop for Async<T> {
    fn drop(&mut self) {
        // The descriptor is still open, so it is the one that was registered.
        let _ = self.reactor.epoll.delete(&self.io);
        let wakers = self.reactor.waiting.borrow_mut().remove(&self.token);
        drop(wakers);
    }
}

/// Ends when its time is over. Dropped, it leaves no timer, and no waker.
///
/// # Panics
///
/// A poll panics outside of [`run`].
pub struct Sleep {
    /// `None`: never.
    deadline: Option<Instant>,
    entry: Option<(Rc<Reactor>, Key)>,
}

/// Sleeps for so long from this call on. Tasks are woken in the order of the deadlines, and
/// [`Duration::MAX`] never ends. A sleep belongs to the [`run`] that polls it first.
pub fn sleep(length: Duration) -> Sleep {
    // Where the sum is too large for a clock, the deadline never comes.
    Sleep { deadline: Instant::now().checked_add(length), entry: None }
}

impl Sleep {
    fn forget(&mut self) {
        if let Some((reactor, key)) = self.entry.take() {
            let waker = reactor.timers.borrow_mut().remove(&key);
            drop(waker);
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.deadline else { return Poll::Pending };
        if Instant::now() >= deadline {
            self.forget();
            return Poll::Ready(());
        }
        let (reactor, key) = self.entry.get_or_insert_with(|| {
            let reactor = current();
            let number = reactor.number();
            (reactor, (deadline, number))
        });
        let old = reactor.timers.borrow_mut().insert(*key, cx.waker().clone());
        drop(old);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.forget();
    }
}

/// Runs `future` for at most so long. It is polled first each time: what is ready then is in time.
///
/// # Errors
///
/// Fails with [`Elapsed`] where the time was over first.
pub async fn timeout<F: Future>(length: Duration, future: F) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    let mut sleep = sleep(length);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => Pin::new(&mut sleep).poll(cx).map(|()| Err(Elapsed)),
    })
    .await
}
