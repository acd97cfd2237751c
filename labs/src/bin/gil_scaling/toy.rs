//! The same work by the machine of chapter 15, in threads of the system.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};
use labkit::Cost;

use crate::e2_interval_gil::IntervalGil;
use crate::vm::{Code, Frame, Heap, Op, Step, Trap};
use crate::work::{Kind, hash, nap};

/// As long as Python waits before it asks.
const INTERVAL: Duration = Duration::from_millis(5);

/// What the threads of the machine share, and when the lock is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// One heap, and no lock.
    None,
    /// One heap, one lock, which calls keep.
    Kept,
    /// One heap, one lock, which calls that may block give up.
    GivenUp,
    /// A heap and a lock for each thread.
    Own,
}

/// Threads of the machine that do one kind of work.
pub struct Toy {
    pub kind: Kind,
    pub lock: Lock,
    threads: u32,
    interpreters: Vec<(Heap, IntervalGil)>,
    calls: Arc<Calls>,
}

/// What the function of the heap has come to.
#[derive(Default)]
struct Calls {
    sum: AtomicU64,
    inside: AtomicUsize,
    most: AtomicUsize,
}

impl Toy {
    /// So many threads for this kind of work; the machine has no sockets, so there a wait is a nap.
    pub fn new(kind: Kind, threads: u32, lock: Lock) -> Toy {
        let calls = Arc::new(Calls::default());
        let interpreter = |_| {
            let calls = calls.clone();
            let function = move || calls.call(if kind == Kind::Sha256 { hash } else { nap });
            (Heap::with_functions(&[], vec![Box::new(function)]), IntervalGil::new(INTERVAL))
        };
        let count = if lock == Lock::Own { threads } else { 1 };
        let interpreters = (0..count).map(interpreter).collect();
        Toy { kind, lock, threads, interpreters, calls }
    }

    /// Does so much work, the same share of it in each thread; returns the sum of the results.
    ///
    /// # Errors
    ///
    /// Fails where a frame traps.
    pub fn batch(&self, amount: u32) -> Result<(u64, Cost)> {
        let code = repeat((amount / self.threads).into(), self.kind != Kind::Countdown);
        self.calls.sum.store(0, SeqCst);
        let (counted, cost) = Cost::of(|| {
            thread::scope(|scope| {
                let interpreters = self.interpreters.iter().cycle().take(self.threads as usize);
                let code = &code;
                let start = |one| scope.spawn(move || self.run(one, &mut Frame::new(code)));
                let threads: Vec<_> = interpreters.map(start).collect();
                let ends = threads.into_iter().map(|thread| {
                    let counted = thread.join().map_err(|_| anyhow!("a thread panicked"))?;
                    counted.map_err(|trap| anyhow!("a frame traps: {trap:?}"))
                });
                ends.sum::<Result<i64>>()
            })
        })?;
        let sum = self.calls.sum.load(SeqCst);
        Ok((if self.kind == Kind::Countdown { counted.unsigned_abs() } else { sum }, cost))
    }

    /// The most threads that were at once inside of an instruction, and of a call.
    pub fn most_at_once(&self) -> (usize, usize) {
        let heaps = self.interpreters.iter().map(|(heap, _)| heap.most_at_once());
        (heaps.max().unwrap_or(0), self.calls.most.load(SeqCst))
    }

    fn run(&self, (heap, gil): &(Heap, IntervalGil), frame: &mut Frame<'_>) -> Result<i64, Trap> {
        let mut turn = (self.lock != Lock::None).then(|| gil.acquire());
        loop {
            match (frame.step(heap)?, &mut turn) {
                (Step::Next | Step::SafePoint, None) | (Step::Next, _) => {}
                (Step::SafePoint, Some(turn)) => turn.safe_point(),
                (Step::Block(function), Some(_)) if self.lock != Lock::Kept => {
                    drop(turn.take());
                    heap.call(function)?;
                    turn = Some(gil.acquire());
                }
                (Step::Block(function), _) => heap.call(function)?,
                (Step::Return(number), _) => return Ok(number),
            }
        }
    }
}

impl Calls {
    fn call(&self, function: fn() -> u64) {
        let inside = self.inside.fetch_add(1, SeqCst) + 1;
        self.most.fetch_max(inside, SeqCst);
        self.sum.fetch_add(function(), SeqCst);
        self.inside.fetch_sub(1, SeqCst);
    }
}

/// Counts down from a number, and calls the function each time where it `calls`; returns how far it has counted.
fn repeat(times: i64, calls: bool) -> Code {
    let left = 0;
    let mut code = vec![
        Op::LoadConst(times),
        Op::StoreLocal(left),
        Op::LoadLocal(left), // 2: the loop begins
        Op::JumpIfZero(if calls { 10 } else { 9 }),
        Op::LoadLocal(left),
        Op::LoadConst(1),
        Op::Sub,
        Op::StoreLocal(left),
        Op::Jump(2),
        Op::LoadConst(times), // 9, or 10: the loop has ended
        Op::LoadLocal(left),
        Op::Sub,
        Op::Return,
    ];
    if calls {
        code.insert(4, Op::Block(0));
    }
    Code(code)
}
