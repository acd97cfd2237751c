//! Exercise 5.4: `monitors::e4_fair_rwlock`, in the model, and on threads of the system.

use std::cell::RefCell;
use std::rc::Rc;

use model::{Futex, Model, sync, thread};
use monitors::e4_fair_rwlock as real;
use sync::{Arc, AtomicUsize, Ordering::SeqCst};

#[cfg_attr(feature = "solution", path = "../../../solutions/05_monitors/e4_fair_rwlock.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e4_fair_rwlock.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e4_fair_rwlock;

use e4_fair_rwlock::FairRwLock;

/// Who is in.
#[derive(Default)]
struct Inside {
    readers: RefCell<usize>,
    writers: RefCell<usize>,
    /// Who came in, in this order.
    order: RefCell<String>,
}

/// A lock, and what the test knows of those who are in.
#[derive(Clone)]
struct Room {
    lock: Arc<FairRwLock>,
    inside: Rc<Inside>,
}

impl Room {
    fn new() -> Room {
        Room { lock: Arc::new(FairRwLock::new()), inside: Rc::default() }
    }

    fn enter_to_read(&self, name: char) {
        self.lock.lock_shared();
        *self.inside.readers.borrow_mut() += 1;
        assert_eq!(*self.inside.writers.borrow(), 0, "a reader is in, and a writer");
        self.inside.order.borrow_mut().push(name);
    }

    fn leave_as_reader(&self) {
        *self.inside.readers.borrow_mut() -= 1;
        self.lock.unlock_shared();
    }

    fn enter_to_write(&self, name: char) {
        self.lock.lock_exclusive();
        self.is_in_to_write(name);
    }

    fn is_in_to_write(&self, name: char) {
        *self.inside.writers.borrow_mut() += 1;
        let inside = (*self.inside.readers.borrow(), *self.inside.writers.borrow());
        assert_eq!(inside, (0, 1), "readers and writers that are in");
        self.inside.order.borrow_mut().push(name);
    }

    fn leave_as_writer(&self) {
        *self.inside.writers.borrow_mut() -= 1;
        self.lock.unlock_exclusive();
    }

    fn read(&self, name: char) {
        self.enter_to_read(name);
        stay();
        self.leave_as_reader();
    }

    fn write(&self, name: char) {
        self.enter_to_write(name);
        stay();
        self.leave_as_writer();
    }

    fn beside(&self, job: impl FnOnce(&Room) + 'static) -> thread::JoinHandle<()> {
        let room = self.clone();
        thread::spawn(move || job(&room))
    }

    /// As [`Room::beside`], and comes back when the other thread waits.
    fn behind(&self, job: impl FnOnce(&Room) + 'static) -> thread::JoinHandle<()> {
        let before = model::calls().waits;
        let other = self.beside(job);
        while model::calls().waits == before {
            thread::yield_now();
        }
        other
    }

    fn order(&self) -> String {
        self.inside.order.borrow().clone()
    }
}

/// Stays in while others try to get in.
fn stay() {
    for _ in 0..3 {
        thread::yield_now();
    }
}

fn join(threads: Vec<thread::JoinHandle<()>>) {
    threads.into_iter().for_each(thread::JoinHandle::join);
}

/// All threads of a model run on one thread of the system, so a room may go from one to another.
fn check(model: Model, program: fn()) {
    model.check(program);
}

#[grade::test(timeout_ms = 20_000, hint = "who must wait for whom?")]
fn step1_a_writer_is_alone() {
    let writers: fn() = || {
        let room = Room::new();
        let other = room.beside(|room| room.write('w'));
        room.write('w');
        other.join();
    };
    let both: fn() = || {
        let room = Room::new();
        let other = room.beside(|room| room.read('r'));
        room.write('w');
        room.read('r');
        other.join();
    };
    for program in [writers, both] {
        check(Model::new().preemptions(3), program);
        check(Model::new().futex(Futex::Spurious).preemptions(3), program);
    }
}

#[grade::test(timeout_ms = 20_000, hint = "what does a reader wait for when only readers are in?")]
fn step1_readers_are_in_together() {
    check(Model::new().preemptions(2), || {
        let room = Room::new();
        let met = Arc::new(AtomicUsize::new(0));
        let meet = |met: Arc<AtomicUsize>| {
            move |room: &Room| {
                room.enter_to_read('r');
                met.fetch_add(1, SeqCst);
                while met.load(SeqCst) < 2 {
                    thread::yield_now();
                }
                room.leave_as_reader();
            }
        };
        let other = room.beside(meet(met.clone()));
        meet(met)(&room);
        other.join();
    });
}

#[grade::test(timeout_ms = 20_000, hint = "does a thread that waits sleep, and who wakes it?")]
fn step1_who_waits_sleeps_until_it_may_enter() {
    check(Model::new().preemptions(2), || {
        let room = Room::new();
        room.enter_to_write('a');
        let others = vec![room.behind(|room| room.read('b')), room.behind(|room| room.read('c'))];
        room.leave_as_writer();
        join(others);
        room.enter_to_read('d');
        let writer = room.behind(|room| room.write('e'));
        room.leave_as_reader();
        writer.join();
    });
}

#[grade::test(hint = "a wait may end without a reason: what then?")]
fn step1_a_wait_that_ends_too_early_begins_again() {
    for job in [Room::read, Room::write] {
        Model::new().futex(Futex::Spurious).preemptions(1).check(move || {
            let room = Room::new();
            room.enter_to_write('a');
            let other = room.beside(move |room| job(room, 'b'));
            while model::calls().waits < 3 {
                thread::yield_now();
            }
            room.leave_as_writer();
            other.join();
        });
    }
}

#[grade::test(timeout_ms = 30_000, hint = "who came first?")]
fn step2_a_reader_that_comes_later_waits_behind_a_writer() {
    check(Model::new().preemptions(1), || {
        let room = Room::new();
        room.enter_to_read('a');
        let others = vec![room.behind(|room| room.write('b')), room.behind(|room| room.read('c'))];
        room.leave_as_reader();
        join(others);
        assert_eq!(room.order(), "abc", "a reads, b comes to write, c to read");
    });
}

#[grade::test(timeout_ms = 30_000, hint = "who came first?")]
fn step2_a_writer_that_comes_later_waits_behind_a_reader() {
    check(Model::new().preemptions(1), || {
        let room = Room::new();
        room.enter_to_write('a');
        let others = vec![room.behind(|room| room.read('b')), room.behind(|room| room.write('c'))];
        room.leave_as_writer();
        join(others);
        assert_eq!(room.order(), "abc", "a writes, b comes to read, c to write");
    });
}

#[grade::test(
    timeout_ms = 30_000,
    hint = "whose is a lock that is free while somebody waits for it?"
)]
fn step2_who_waits_comes_in_before_who_comes_back() {
    type Visit = fn(&Room, char);
    let visits: [(Visit, Visit); 3] =
        [(Room::write, Room::read), (Room::write, Room::write), (Room::read, Room::write)];
    for (waits, comes_back) in visits {
        Model::new().preemptions(1).check(move || {
            let room = Room::new();
            room.enter_to_write('a');
            let other = room.behind(move |room| waits(room, 'b'));
            room.leave_as_writer();
            comes_back(&room, 'c');
            other.join();
            assert_eq!(room.order(), "abc", "b waits while a is in, c comes after a has left");
        });
    }
}

#[grade::test(timeout_ms = 60_000, hint = "who came first?")]
fn step2_all_come_in_as_they_came() {
    let as_they_came: fn() = || {
        let room = Room::new();
        room.enter_to_write('a');
        let others = vec![
            room.behind(|room| room.write('b')),
            room.behind(|room| room.read('c')),
            room.behind(|room| room.write('d')),
            room.behind(|room| room.read('e')),
        ];
        room.leave_as_writer();
        join(others);
        assert_eq!(room.order(), "abcde", "a, b and d write, c and e read, in this order");
    };
    check(Model::new().preemptions(0), as_they_came);
    check(Model::new().preemptions(0).wakes_the_newest(), as_they_came);
}

#[grade::test(timeout_ms = 30_000, hint = "who is next when a reader has its turn?")]
fn step2_readers_that_follow_each_other_come_in_together() {
    /// Two readers wait, and leave when both have been in.
    fn two_readers(room: &Room) -> Vec<thread::JoinHandle<()>> {
        let met = Arc::new(AtomicUsize::new(0));
        let others = [met.clone(), met].map(|met| {
            room.behind(move |room| {
                room.enter_to_read('r');
                met.fetch_add(1, SeqCst);
                while met.load(SeqCst) < 2 {
                    thread::yield_now();
                }
                room.leave_as_reader();
            })
        });
        Vec::from(others)
    }
    check(Model::new().preemptions(1), || {
        let room = Room::new();
        room.enter_to_write('a');
        let others = two_readers(&room);
        room.leave_as_writer();
        join(others);
    });
    let before_a_writer: fn() = || {
        let room = Room::new();
        room.enter_to_write('a');
        let mut others = two_readers(&room);
        others.push(room.behind(|room| room.write('w')));
        room.leave_as_writer();
        join(others);
        assert_eq!(room.order(), "arrw", "a writes, two come to read, w to write");
    };
    check(Model::new().preemptions(1), before_a_writer);
    check(Model::new().preemptions(1).wakes_the_newest(), before_a_writer);
}

#[grade::test(timeout_ms = 20_000, hint = "when does an attempt take no waiting?")]
fn step3_an_attempt_never_waits_and_never_overtakes() {
    check(Model::new().preemptions(1), || {
        let room = Room::new();
        assert!(room.lock.try_lock_exclusive(), "nobody is in");
        room.is_in_to_write('a');
        assert!(!room.lock.try_lock_exclusive(), "a writer is in");
        room.leave_as_writer();
        room.enter_to_read('b');
        assert!(!room.lock.try_lock_exclusive(), "a reader is in");
        let writer = room.behind(|room| room.write('c'));
        assert!(!room.lock.try_lock_exclusive(), "a reader is in, and a writer waits");
        room.leave_as_reader();
        writer.join();
        assert_eq!(model::calls().waits, 1, "only the writer behind the reader has waited");
        assert!(room.lock.try_lock_exclusive(), "nobody is in any more");
        room.is_in_to_write('d');
        room.leave_as_writer();
        room.read('e');
        assert_eq!(room.order(), "abcde");
    });
    check(Model::new().preemptions(1), || {
        let room = Room::new();
        room.enter_to_write('a');
        let other = room.behind(|room| room.write('b'));
        room.leave_as_writer();
        if room.lock.try_lock_exclusive() {
            room.is_in_to_write('c');
            room.leave_as_writer();
        }
        other.join();
        let order = room.order();
        assert!(["ab", "abc"].contains(&&*order), "b waits, c only tries: {order}");
    });
    check(Model::new().preemptions(2), || {
        let room = Room::new();
        let other = room.beside(|room| {
            if room.lock.try_lock_exclusive() {
                room.is_in_to_write('w');
                thread::yield_now();
                room.leave_as_writer();
            }
        });
        room.read('r');
        room.write('w');
        other.join();
    });
}

#[grade::test(timeout_ms = 30_000, hint = "between writing and reading, who may come in?")]
fn step3_a_writer_that_becomes_a_reader_lets_readers_in_and_no_writer() {
    let downgrade = |room: &Room| {
        *room.inside.writers.borrow_mut() -= 1;
        *room.inside.readers.borrow_mut() += 1;
        room.lock.downgrade();
    };
    // The one behind is a reader: it comes in while the first one still reads.
    Model::new().preemptions(1).check(move || {
        let room = Room::new();
        room.enter_to_write('a');
        let other = room.behind(|room| room.read('b'));
        downgrade(&room);
        other.join();
        assert!(!room.lock.try_lock_exclusive(), "one reads");
        room.leave_as_reader();
        assert!(room.lock.try_lock_exclusive(), "nobody is in");
    });
    // Two are behind, and both come in while the first one still reads.
    Model::new().preemptions(0).wakes_the_newest().check(move || {
        let room = Room::new();
        room.enter_to_write('a');
        let others = vec![room.behind(|room| room.read('b')), room.behind(|room| room.read('c'))];
        downgrade(&room);
        join(others);
        room.leave_as_reader();
    });
    // The one behind is a writer: it comes in when the first one has left.
    Model::new().preemptions(2).check(move || {
        let room = Room::new();
        room.enter_to_write('a');
        let other = room.beside(|room| room.write('b'));
        downgrade(&room);
        thread::yield_now();
        room.leave_as_reader();
        other.join();
    });
}

#[grade::test(timeout_ms = 20_000, hint = "does it hold on threads of the system, too?")]
fn step3_readers_never_see_half_of_a_write_on_threads_of_the_system() {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    let lock = real::FairRwLock::new();
    let (one, two) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..500 {
                    lock.lock_exclusive();
                    one.fetch_add(1, Relaxed);
                    two.fetch_add(1, Relaxed);
                    lock.unlock_exclusive();
                }
            });
            scope.spawn(|| {
                for _ in 0..500 {
                    lock.lock_shared();
                    assert_eq!(one.load(Relaxed), two.load(Relaxed), "two halves of one write");
                    lock.unlock_shared();
                }
            });
        }
    });
    assert_eq!(one.into_inner(), 1_000, "the writes of two writers");
}
