//! Exercise 10.2: `shared_memory::e2_futex_semaphore`, in the model, and between processes.

#[path = "support/peer.rs"]
mod peer;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use grade::storm::SignalStorm;
use model::{Futex, Model, sync, thread};
use peer::{Next, Peer};
use shared_memory::e2_futex_semaphore as real;
use shared_memory::given::{self, SharedCell};
use sync::{Arc, UnsafeCell};

#[cfg_attr(
    feature = "solution",
    path = "../../../solutions/10_shared_memory/e2_futex_semaphore.rs"
)]
#[cfg_attr(not(feature = "solution"), path = "../src/e2_futex_semaphore.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e2_futex_semaphore;

use e2_futex_semaphore::ProcSemaphore;

/// How long a wait in the model may last; its clock moves when the test says so.
const LONG: Duration = Duration::from_secs(1_600);

/// Work for which one needs a permit, or has to wait for one.
struct Shop {
    semaphore: ProcSemaphore,
    sold: UnsafeCell<usize>,
}

// SAFETY: the semaphore says who may use the cell; the model finds out whether it does.
unsafe impl Sync for Shop {}

impl Shop {
    fn with(permits: u32) -> Arc<Shop> {
        let semaphore = ProcSemaphore::zeroed();
        semaphore.init(permits);
        Arc::new(Shop { semaphore, sold: UnsafeCell::new(0) })
    }

    /// Uses the cell, as who has the only permit may.
    fn sell(&self) {
        // SAFETY: the caller has the permit. If another thread has it too, the model objects.
        unsafe { *self.sold.get() += 1 };
    }

    fn sold(&self) -> usize {
        // SAFETY: as in `sell`.
        unsafe { *self.sold.get() }
    }
}

/// A thread of a model.
struct Other<R> {
    handle: thread::JoinHandle<R>,
    has_ended: Rc<Cell<bool>>,
}

fn beside<R: 'static>(shop: &Arc<Shop>, act: impl FnOnce(&Shop) -> R + 'static) -> Other<R> {
    let (shop, has_ended) = (shop.clone(), Rc::new(Cell::new(false)));
    let ends = has_ended.clone();
    let handle = thread::spawn(move || {
        let result = act(&shop);
        ends.set(true);
        result
    });
    Other { handle, has_ended }
}

impl<R> Other<R> {
    fn join(self) -> R {
        self.handle.join()
    }

    /// Lets the time pass until the thread has ended.
    fn join_in_time(self) -> R {
        while !self.has_ended.get() {
            thread::yield_now();
            model::advance(LONG);
        }
        self.handle.join()
    }
}

fn wait_and_sell(shop: &Shop) {
    shop.semaphore.wait();
    shop.sell();
    shop.semaphore.post();
}

/// As [`wait_and_sell`], without a wait.
fn try_and_sell(shop: &Shop) {
    while !shop.semaphore.try_wait() {
        thread::yield_now();
    }
    shop.sell();
    shop.semaphore.post();
}

/// As [`wait_and_sell`], with a wait that has an end.
fn wait_long_and_sell(shop: &Shop) {
    assert!(shop.semaphore.wait_timeout(LONG), "the time is not out, so it was for a permit");
    shop.sell();
    shop.semaphore.post();
}

/// One permit, and each of these threads needs it once, one of them the thread of the model.
fn together(parts: &[fn(&Shop)]) -> impl Fn() + Send + Sync + use<> {
    let parts = parts.to_vec();
    move || {
        let shop = Shop::with(1);
        let (mine, others) = parts.split_first().expect("somebody takes part");
        let others: Vec<_> = others.iter().map(|&part| beside(&shop, part)).collect();
        mine(&shop);
        others.into_iter().for_each(Other::join);
        assert!(shop.semaphore.try_wait(), "all have given the permit back");
        assert_eq!(shop.sold(), parts.len(), "each thread has sold one");
        one_is_woken();
    }
}

/// A post has woken one at most.
#[track_caller]
fn one_is_woken() {
    let most = model::calls().most_to_wake;
    assert!(most <= 1, "a permit is for one, and a post wakes up to {most} of them");
}

/// A model in which every sleep ends at once, and weak exchanges fail.
fn restless() -> Model {
    Model::new().weak_may_fail().futex(Futex::Spurious).preemptions(3)
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "how many permits are left when somebody has taken one, or two have at once?"
)]
fn step1_a_permit_is_taken_once() {
    Model::new().weak_may_fail().check(|| {
        let semaphore = ProcSemaphore::zeroed();
        assert!(!semaphore.try_wait(), "zeroed memory has no permits");
        semaphore.init(2);
        let all = [semaphore.try_wait(), semaphore.try_wait(), semaphore.try_wait()];
        assert_eq!(all, [true, true, false], "three times `try_wait`, for two permits");
        semaphore.post();
        semaphore.post();
        semaphore.wait();
        let all = [semaphore.try_wait(), semaphore.try_wait()];
        assert_eq!(all, [true, false], "after two posts and a `wait`, twice `try_wait`");
        assert_eq!(model::calls().futex_waits, 0, "nobody had to wait");
    });
    Model::new().weak_may_fail().check(|| {
        let shop = Shop::with(2);
        let other = beside(&shop, |shop| shop.semaphore.try_wait());
        let all = [shop.semaphore.try_wait(), other.join(), shop.semaphore.try_wait()];
        assert_eq!(all, [true, true, false], "`try_wait` of two threads, for two permits");
    });
    Model::new().weak_may_fail().preemptions(1).check(|| {
        let shop = Shop::with(1);
        let others = [(); 2].map(|()| beside(&shop, |shop| shop.semaphore.try_wait()));
        let mine = shop.semaphore.try_wait();
        let [left, right] = others.map(Other::join);
        let all = [mine, left, right];
        let taken = all.iter().filter(|taken| **taken).count();
        assert_eq!(taken, 1, "of three threads with one `try_wait` each, for one permit: {all:?}");
    });
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "which step takes the permit, and what does the next who takes it see?"
)]
fn step1_one_permit_admits_one_thread() {
    restless().check(together(&[try_and_sell, try_and_sell]));
    Model::new().preemptions(3).check(together(&[try_and_sell, try_and_sell]));
    // Somebody looks in vain, meanwhile.
    Model::new().preemptions(2).check(|| {
        let shop = Shop::with(0);
        let in_vain = |shop: &Shop| assert!(!shop.semaphore.try_wait(), "there is no permit");
        let others = [beside(&shop, in_vain), beside(&shop, in_vain)];
        in_vain(&shop);
        others.into_iter().for_each(Other::join);
    });
}

#[grade::test(hint = "does a thread that waits call `futex_wait`, again and again?")]
fn step2_who_waits_sleeps() {
    // The permit is there when the other thread sleeps: once, and again where it wakes up without a
    // reason.
    for (futex, sleeps) in [(Futex::Queues, 1), (Futex::Spurious, 3)] {
        Model::new().futex(futex).preemptions(1).check(move || {
            let shop = Shop::with(0);
            let other = beside(&shop, |shop| {
                shop.semaphore.wait();
                shop.sell();
            });
            while model::calls().futex_waits < sleeps {
                thread::yield_now();
            }
            if sleeps == 1 {
                let ended = model::advance(LONG);
                assert_eq!(ended, 0, "sleeps of `wait` that the clock has ended, and no wake-up");
            }
            assert_eq!(shop.sold(), 0, "there was no permit so far");
            shop.semaphore.post();
            other.join();
        });
    }
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "each side writes one number and reads the other: does one of them see the other one?"
)]
fn step2_a_post_wakes_who_sleeps() {
    for model in [Model::new(), restless()] {
        model.check(|| {
            let shop = Shop::with(0);
            let other = beside(&shop, |shop| {
                shop.semaphore.wait();
                shop.sell();
            });
            shop.sell();
            shop.semaphore.post();
            other.join();
            assert_eq!(shop.sold(), 2, "who waited has seen what was done before the post");
        });
    }
    Model::new().check(together(&[wait_and_sell, wait_and_sell]));
    restless().check(together(&[wait_and_sell, wait_and_sell]));
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "for whom is a permit, and how many of them does a post wake?"
)]
fn step2_of_several_sleepers_none_is_forgotten() {
    for model in [Model::new(), Model::new().wakes_the_newest()] {
        let model = model.preemptions(1);
        model.check(together(&[wait_and_sell, wait_and_sell, wait_and_sell]));
        // Two permits at once.
        model.check(|| {
            let shop = Shop::with(0);
            let others = [(); 2].map(|()| beside(&shop, |shop| shop.semaphore.wait()));
            while model::calls().futex_waits < 2 {
                thread::yield_now();
            }
            shop.semaphore.post();
            shop.semaphore.post();
            others.into_iter().for_each(Other::join);
            assert!(!shop.semaphore.try_wait(), "two permits for two threads");
            one_is_woken();
        });
    }
    // Somebody tries meanwhile, and gives the permit back.
    Model::new().preemptions(2).check(|| {
        let shop = Shop::with(0);
        let sleeper = beside(&shop, |shop| {
            shop.semaphore.wait();
            shop.semaphore.wait();
        });
        let passer = beside(&shop, |shop| {
            if shop.semaphore.try_wait() {
                shop.semaphore.post();
            }
        });
        shop.semaphore.post();
        shop.semaphore.post();
        sleeper.join();
        passer.join();
        assert!(!shop.semaphore.try_wait(), "two permits for two waits");
    });
}

#[grade::test(hint = "what tells a post that nobody sleeps, and who keeps it up to date?")]
fn step2_no_system_call_where_nobody_waits() {
    let calls = || (model::calls().futex_waits, model::calls().futex_wakes);
    Model::new().preemptions(2).check(move || {
        let shop = Shop::with(1);
        let alone = |shop: &Shop| {
            let before = calls();
            for _ in 0..3 {
                shop.semaphore.wait();
                shop.semaphore.post();
                assert!(shop.semaphore.wait_timeout(LONG), "the permit is there");
                shop.semaphore.post();
            }
            assert_eq!(calls(), before, "calls of futex_wait and futex_wake, of one that is alone");
        };
        alone(&shop);
        // Somebody waits, and waits no more.
        shop.semaphore.wait();
        let other = beside(&shop, |shop| {
            shop.semaphore.wait();
            assert!(!shop.semaphore.wait_timeout(LONG), "there was one permit");
            shop.semaphore.post();
        });
        shop.semaphore.post();
        other.join_in_time();
        alone(&shop);
    });
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "how much of the time is left when a sleep ends early, and what else is left?"
)]
fn step3_a_wait_ends_when_the_time_is_out() {
    // On the system, where signals end the sleeps.
    let storm = SignalStorm::start().unwrap();
    let semaphore = real::ProcSemaphore::zeroed();
    let (start, timeout) = (Instant::now(), Duration::from_millis(20));
    assert!(!semaphore.wait_timeout(timeout), "there was no permit");
    let took = start.elapsed();
    assert!(took >= timeout, "a wait of {timeout:?} has ended after {took:?}");
    drop(storm);
    // As long as it says, be it short or long.
    for timeout in [LONG / 100_000, LONG] {
        Model::new().preemptions(1).check(move || {
            let shop = Shop::with(0);
            let other = beside(&shop, move |shop| shop.semaphore.wait_timeout(timeout));
            while model::calls().futex_waits == 0 {
                thread::yield_now();
            }
            let sixteenths = |most: usize| {
                let ended = |_: &usize| {
                    thread::yield_now();
                    model::advance(timeout / 16) > 0
                };
                (0..most).find(ended).is_some()
            };
            assert!(!sixteenths(12), "it has ended before its time");
            // Wakes it, and takes the permit away, if it is quick enough.
            shop.semaphore.post();
            let is_gone = shop.semaphore.try_wait();
            let is_over = sixteenths(if is_gone { 12 } else { 0 });
            assert!(is_over == is_gone, "it sleeps again, for longer than what was left");
            assert_eq!(other.join(), !is_gone, "whether `wait_timeout` has taken the permit");
            assert!(!shop.semaphore.try_wait(), "there was one permit");
        });
    }
    Model::new().check(|| {
        let shop = Shop::with(1);
        assert!(shop.semaphore.wait_timeout(Duration::ZERO), "the permit is there");
        assert!(!shop.semaphore.wait_timeout(Duration::ZERO), "it is not, and there is no time");
    });
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "a wake-up has come, and the time is out, too: what do you look at first?"
)]
fn step3_a_permit_ends_a_wait_before_its_time() {
    restless().check(together(&[wait_long_and_sell, wait_long_and_sell]));
    Model::new().check(together(&[wait_long_and_sell, wait_and_sell]));
    // However long the time is.
    for futex in [Futex::Queues, Futex::Spurious] {
        Model::new().futex(futex).preemptions(2).check(|| {
            let shop = Shop::with(0);
            // The clock of the model begins at 0, and no other does.
            model::advance(LONG);
            let other = beside(&shop, |shop| shop.semaphore.wait_timeout(Duration::MAX));
            shop.semaphore.post();
            assert!(other.join(), "the time is never out, and there is a permit");
        });
    }
    // The permit comes, and the time runs out. Whoever wakes up must not leave the permit to one who
    // sleeps on.
    Model::new().preemptions(1).check(|| {
        let shop = Shop::with(0);
        let short = beside(&shop, |shop| {
            if shop.semaphore.wait_timeout(LONG) {
                shop.semaphore.post();
            }
        });
        let patient = beside(&shop, |shop| shop.semaphore.wait());
        while model::calls().futex_waits < 2 {
            thread::yield_now();
        }
        shop.semaphore.post();
        model::advance(LONG);
        patient.join();
        short.join_in_time();
    });
}

#[grade::test(
    timeout_ms = 15_000,
    hint = "what is in the semaphore, and what would each process have for itself?"
)]
fn step4_one_process_at_a_time() {
    const PROCESSES: u64 = 4;
    const ROUNDS: u64 = 300;
    let semaphore = SharedCell::<real::ProcSemaphore>::anonymous().unwrap();
    let number = SharedCell::<AtomicU64>::anonymous().unwrap();
    semaphore.init(0);
    let add = || {
        for round in 0..ROUNDS {
            semaphore.wait();
            let seen = number.load(Relaxed);
            if round % 8 == 0 {
                std::thread::yield_now();
            }
            number.store(seen + 1, Relaxed);
            semaphore.post();
        }
    };
    let mut all: Vec<Peer> = (0..PROCESSES).map(|_| Peer::forks(|_| add())).collect();
    for process in &mut all {
        assert_eq!(process.next(), Next::Sleeps, "a process that waits where there is no permit");
    }
    semaphore.post();
    all.into_iter().for_each(Peer::ends);
    assert_eq!(number.load(Relaxed), PROCESSES * ROUNDS, "what {PROCESSES} processes have added");
}

/// What two programs have in common.
struct Game {
    turns: [real::ProcSemaphore; 2],
    moves: AtomicU64,
}

// SAFETY: semaphores are shareable, and so is an atomic number.
unsafe impl given::Shareable for Game {}

impl Game {
    const ROUNDS: u64 = 200;

    fn play(&self, me: usize) {
        for round in 0..Game::ROUNDS {
            self.turns[me].wait();
            // Relaxed: the semaphores order it.
            let moves = self.moves.fetch_add(1, Relaxed);
            assert_eq!(moves, 2 * round + me as u64, "moves before this one of player {me}");
            self.turns[1 - me].post();
        }
    }
}

#[grade::test(
    timeout_ms = 15_000,
    hint = "which of them sleeps, and how does the other one, in its own memory, know of it?"
)]
fn step4_two_programs_take_turns() {
    if let Some((memory, mut test)) = peer::program() {
        let game = SharedCell::<Game>::attach(memory).unwrap();
        test.hears(1);
        test.lets_go_on();
        return game.play(1);
    }
    let game = SharedCell::<Game>::memfd(c"game").unwrap();
    let memory = game.fd().expect("a memfd has a descriptor");
    let mut program = Peer::starts("step4_two_programs_take_turns", memory);
    assert_eq!(program.says(), 1, "the program has attached the memory");
    program.goes_on();
    assert_eq!(program.next(), Next::Sleeps, "the program waits for its turn");
    game.turns[0].post();
    game.play(0);
    program.ends();
    assert_eq!(game.moves.load(Relaxed), 2 * Game::ROUNDS, "moves of both players");

    // One that is killed in its sleep takes no permit with it.
    let semaphore = &game.turns[1];
    let mut sleeper = Peer::forks(|_| semaphore.wait());
    assert_eq!(sleeper.next(), Next::Sleeps, "a process that waits where there is no permit");
    drop(sleeper);
    semaphore.post();
    assert!(semaphore.try_wait(), "the permit came when nobody else was there any more");
    assert!(!semaphore.try_wait(), "it was one permit");
}
