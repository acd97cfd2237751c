//! Exercise 10.5: `shared_memory::e5_robust_lock`.

#[path = "support/mutexes.rs"]
mod mutexes;
#[path = "support/peer.rs"]
mod peer;

use std::mem;
use std::os::unix::process::CommandExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use grade::naps;
use mutexes::Made;
use nix::errno::Errno;
use peer::{Next, Peer, Test};
use shared_memory::e5_robust_lock::{Guard, Locked, NotRecoverable, RobustMutex, Suspect};
use shared_memory::given::SharedCell;

grade::note_naps!();

/// Two numbers that are the same, except in the middle of a change.
type Pair = [u64; 2];
type Lock = RobustMutex<Pair>;

/// What a process says before it locks, and what it has found then.
const LOCKS: u8 = b'l';
const CLEAN: u8 = b'c';
const OWNER_DIED: u8 = b'd';
const NOT_RECOVERABLE: u8 = b'n';
/// It has found something after some short sleeps.
const POLLS: u8 = b'p';

/// A lock over `[0, 0]`, in memory that other processes share.
fn new_lock() -> SharedCell<Lock> {
    let lock = SharedCell::<Lock>::memfd(c"lock").unwrap();
    // SAFETY: it is the first call, and no other process knows the memory.
    unsafe { lock.init() }.unwrap();
    lock
}

/// Locks, where the last owner has unlocked.
#[track_caller]
fn clean(lock: &Lock) -> Guard<'_, Pair> {
    match lock.lock() {
        Ok(Locked::Clean(guard)) => guard,
        other => panic!("the last owner has unlocked, and `lock` returned {other:?}"),
    }
}

/// Locks, where the last owner has died.
#[track_caller]
fn suspect(lock: &Lock) -> Suspect<'_, Pair> {
    match lock.lock() {
        Ok(Locked::OwnerDied(suspect)) => suspect,
        other => panic!("the last owner died, nobody has repaired, and `lock` returned {other:?}"),
    }
}

/// Locks, where nobody can any more.
#[track_caller]
fn is_lost(lock: &Lock) {
    match lock.lock() {
        Err(NotRecoverable) => {}
        Ok(other) => panic!("a suspect was dropped, and `lock` returned {other:?}"),
    }
}

/// Changes both numbers, one after the other.
fn change(pair: &mut Pair) {
    pair[0] += 1;
    pair[1] += 1;
}

/// Waits until one of two says something, and returns which.
fn first_to_speak(peers: [&Peer; 2]) -> usize {
    usize::from(peer::readable(peers, -1)[0] == 0)
}

/// A process that has the lock and is in the middle of a change. Drop it, and SIGKILL ends it there.
fn owner_in_the_middle(lock: &Lock) -> Peer {
    let mut owner = Peer::forks(|test| {
        let mut guard = clean(lock);
        guard[0] += 1;
        test.hears(CLEAN);
        test.lets_go_on();
        guard[1] += 1;
    });
    assert_eq!(owner.says(), CLEAN, "the first owner");
    owner
}

/// Locks, says what it has found, repairs it if need be, and unlocks when the test says so.
fn lock_and_say(lock: &Lock, test: &mut Test) {
    test.hears(LOCKS);
    naps::watch();
    let found = lock.lock();
    test.hears(match found {
        _ if naps::shortest().is_some() => POLLS,
        Ok(Locked::Clean(_)) => CLEAN,
        Ok(Locked::OwnerDied(_)) => OWNER_DIED,
        Err(NotRecoverable) => NOT_RECOVERABLE,
    });
    test.lets_go_on();
    if let Ok(Locked::OwnerDied(suspect)) = found {
        suspect.repair(|pair| pair[1] = pair[0]);
    }
}

/// A process that locks, which it cannot at this time: it sleeps.
#[track_caller]
fn waiter(lock: &Lock) -> Peer {
    let mut waiter = Peer::forks(|test| lock_and_say(lock, test));
    assert_eq!(waiter.says(), LOCKS);
    assert_eq!(waiter.next(), Next::Sleeps, "another process locks while this one has the lock");
    waiter
}

/// Makes a lock, lets its owner be killed in the middle of a change, and returns it.
fn lock_of_a_dead_owner() -> SharedCell<Lock> {
    let lock = new_lock();
    drop(owner_in_the_middle(&lock));
    lock
}

#[grade::test(
    hint = "POSIX says which mutexes several processes may use, and who learns of a death: which \
            attributes does a new mutex have, when are they read, and how does a call say that it failed?"
)]
fn step1_the_mutex_is_made_for_processes_that_die() {
    let new = || {
        let lock = SharedCell::<Lock>::memfd(c"lock").unwrap();
        // SAFETY: nobody else uses the memory.
        unsafe { *lock.value.get() = [3, 4] };
        lock
    };
    mutexes::refuse_next(Errno::ENOTSUP);
    // SAFETY: it is the first call, and no other process knows the memory.
    let made = unsafe { new().init() };
    assert_eq!(made, Err(Errno::ENOTSUP), "a call of the C library has returned ENOTSUP");

    let lock = new();
    // SAFETY: as above.
    unsafe { lock.init() }.unwrap();
    let [Made { shared, robust }] = mutexes::made()[..] else {
        panic!("`init` has made these mutexes, and not one: {:?}", mutexes::made());
    };
    assert!(robust, "the mutex is not robust: if its owner dies, the next one waits for ever");
    assert!(
        shared,
        "the mutex is private to this process: where that works in others, it is by luck"
    );
    assert_eq!(*clean(&lock), [3, 4], "the value, which was there before `init`");
}

#[grade::test(
    hint = "who has the lock from `lock` on, and until when, also in a panic? And who wakes those that \
            wait?"
)]
fn step1_one_process_at_a_time_has_the_lock() {
    let lock = new_lock();
    (0..2).for_each(|_| Peer::forks(|_| change(&mut clean(&lock))).ends());
    let mut guard = clean(&lock);
    assert_eq!(*guard, [2, 2], "what two other processes have written");
    let mut waiter = waiter(&lock);
    change(&mut guard);
    drop(guard);
    let found = waiter.says();
    assert_ne!(
        found, POLLS,
        "a waiter has slept for some time and looked again: it is to sleep until it is woken"
    );
    assert_eq!(found, CLEAN, "the owner has unlocked while another process waited");
    waiter.goes_on();
    waiter.ends();

    let panic = catch_unwind(AssertUnwindSafe(|| {
        let _guard = clean(&lock);
        panic!("the owner panics");
    }));
    assert!(panic.is_err(), "the panic of an owner goes on");
    let mut next = Peer::forks(|test| lock_and_say(&lock, test));
    assert_eq!(next.says(), LOCKS);
    assert_ne!(
        next.next(),
        Next::Sleeps,
        "a panic has dropped the guard, and the lock stays taken"
    );
    assert_eq!(next.says(), CLEAN, "what the next one finds when a panic has dropped the guard");
    next.goes_on();
    next.ends();

    let mut twice = Peer::forks(|test| {
        let _first = clean(&lock);
        test.hears(LOCKS);
        let second = lock.lock();
        test.hears(CLEAN);
        drop(second);
    });
    assert_eq!(twice.says(), LOCKS);
    let next = twice.next();
    assert!(
        !matches!(next, Next::Speaks | Next::Runs),
        "a process has locked what it has locked already: two guards of one value"
    );
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "four processes read a number, and write one that is larger by 1: who else does so in \
            between?"
)]
fn step1_no_change_is_lost() {
    const CHANGES: u64 = 5_000;
    let lock = new_lock();
    let job = |test: &mut Test| {
        test.lets_go_on();
        (0..CHANGES).for_each(|_| change(&mut clean(&lock)));
    };
    let mut peers: Vec<Peer> = (0..4).map(|_| Peer::forks(job)).collect();
    peers.iter_mut().for_each(Peer::goes_on);
    peers.into_iter().for_each(Peer::ends);
    assert_eq!(*clean(&lock), [4 * CHANGES; 2], "4 processes have changed it {CHANGES} times each");
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "a program that has mapped the memory at another address calls `lock`, and not `init`: \
            what does it have of the lock but the memory?"
)]
fn step1_an_unrelated_program_has_the_same_lock() {
    if let Some((memory, mut test)) = peer::program() {
        let lock = SharedCell::<Lock>::attach(memory).unwrap();
        test.hears(LOCKS);
        let mut guard = clean(&lock);
        test.hears(CLEAN);
        test.lets_go_on();
        guard[0] += 1;
        test.hears(CLEAN);
        test.lets_go_on();
        return;
    }
    let lock = new_lock();
    let mut guard = clean(&lock);
    let memory = lock.fd().expect("a memfd has a descriptor");
    let mut program = Peer::starts("step1_an_unrelated_program_has_the_same_lock", memory);
    assert_eq!(program.says(), LOCKS);
    assert_eq!(program.next(), Next::Sleeps, "a program locks while this process has the lock");
    change(&mut guard);
    drop(guard);
    assert_eq!(program.says(), CLEAN);
    program.goes_on();
    assert_eq!(program.says(), CLEAN);
    drop(program);
    let guard = suspect(&lock).repair(|pair| {
        assert_eq!(*pair, [2, 1], "what a program has left that was killed in the middle");
        pair[1] = 2;
    });
    assert_eq!(*guard, [2, 2], "the value, repaired");
}

#[grade::test(
    hint = "which error does pthread_mutex_lock(3) return when the owner has died, who has the \
            mutex then, and how does the C library learn that all is well again?"
)]
fn step2_the_next_owner_learns_of_the_death_and_repairs() {
    let lock = lock_of_a_dead_owner();
    let mut seen = [0; 2];
    let mut guard = suspect(&lock).repair(|pair| {
        seen = *pair;
        pair[1] = pair[0];
    });
    assert_eq!(seen, [1, 0], "what the repair finds: the owner was killed in the middle");
    change(&mut guard);
    assert_eq!(*guard, [2, 2], "the value, repaired and changed");
    drop(guard);
    assert_eq!(*clean(&lock), [2, 2], "the value, after the repair");
    Peer::forks(|_| assert_eq!(*clean(&lock), [2, 2], "the value, in another process")).ends();

    // It may happen again.
    drop(owner_in_the_middle(&lock));
    let guard = suspect(&lock).repair(|pair| pair[1] = pair[0]);
    assert_eq!(*guard, [3, 3], "the value, repaired a second time");
}

#[grade::test(hint = "the test kills an owner while two processes wait for the lock, asleep:\n\
            what wakes one of them, and what the other?")]
fn step2_who_sleeps_is_woken_by_the_death() {
    let lock = new_lock();
    let owner = owner_in_the_middle(&lock);
    let mut waiters = [waiter(&lock), waiter(&lock)];
    drop(owner);
    // Either may be the first.
    let first = first_to_speak([&waiters[0], &waiters[1]]);
    assert_eq!(waiters[first].says(), OWNER_DIED, "what the first of the waiters finds");
    let second = &mut waiters[1 - first];
    assert_eq!(
        second.next(),
        Next::Sleeps,
        "the first waiter has the lock, and has not repaired yet"
    );
    waiters[first].goes_on();
    assert_eq!(waiters[1 - first].says(), CLEAN, "what the second finds, after the repair");
    waiters[1 - first].goes_on();
    waiters.into_iter().for_each(Peer::ends);
    assert_eq!(*clean(&lock), [1, 1], "the value, repaired by a waiter");
}

#[grade::test(hint = "what ends an owner? Its process may live on, as another program")]
fn step2_who_exits_or_becomes_another_program_is_dead() {
    let lock = new_lock();
    Peer::forks(|_| mem::forget(clean(&lock))).ends();
    drop(suspect(&lock).repair(|pair| *pair = [5, 5]));

    let mut owner = Peer::forks(|test| {
        let _guard = clean(&lock);
        test.hears(CLEAN);
        test.lets_go_on();
        let input = test.from.try_clone().unwrap();
        let error = Command::new("sh").args(["-c", "read line"]).stdin(input).exec();
        panic!("sh was not started: {error}");
    });
    assert_eq!(owner.says(), CLEAN);
    let mut waiter = waiter(&lock);
    owner.goes_on();
    assert_eq!(waiter.says(), OWNER_DIED, "what a waiter finds when the owner calls exec");
    assert_eq!(
        owner.next(),
        Next::Sleeps,
        "the process of the owner, which is another program now"
    );
    waiter.goes_on();
    waiter.ends();
    assert_eq!(*clean(&lock), [5, 5], "the value, repaired");
}

#[grade::test(
    hint = "an owner has died, and this process repairs: who has the lock during the repair, and \
            after it?"
)]
fn step2_the_lock_is_held_through_the_repair() {
    let lock = lock_of_a_dead_owner();
    let mut during = None;
    let mut guard = suspect(&lock).repair(|pair| {
        pair[1] = 1;
        during = Some(waiter(&lock));
    });
    let mut during = during.expect("`repair` calls what it is given");
    let mut after = waiter(&lock);
    assert_eq!(
        during.next(),
        Next::Sleeps,
        "another process locks; this one has a guard of `repair`"
    );
    change(&mut guard);
    drop(guard);
    let first = first_to_speak([&during, &after]);
    let (first, second) =
        if first == 0 { (&mut during, &mut after) } else { (&mut after, &mut during) };
    for waiter in [first, second] {
        assert_eq!(waiter.says(), CLEAN, "what waiters find, after the repair");
        waiter.goes_on();
    }
    during.ends();
    after.ends();
    assert_eq!(*clean(&lock), [2, 2], "the value, repaired and changed");
}

#[grade::test(
    hint = "a suspect is dropped and nothing was repaired: how is the mutex unlocked, what does \
            pthread_mutex_lock(3) return from then on, and to whom?"
)]
fn step3_what_nobody_repairs_is_lost() {
    let lock = lock_of_a_dead_owner();
    let found = suspect(&lock);
    // One: glibc 2.36 wakes no other, until somebody locks again.
    let mut waiter = waiter(&lock);
    drop(found);
    let says = waiter.says();
    assert_eq!(says, NOT_RECOVERABLE, "what a waiter finds when the suspect is dropped");
    waiter.goes_on();
    waiter.ends();
    (0..3).for_each(|_| is_lost(&lock));
    Peer::forks(|_| is_lost(&lock)).ends();
    is_lost(&lock);
}

#[grade::test(
    hint = "a repair ends half-way, by a panic or by the death of its process: when may the C library \
            hear that the value is consistent?"
)]
fn step3_half_a_repair_is_none() {
    let lock = lock_of_a_dead_owner();
    let mut helper = Peer::forks(|test| {
        let _ = suspect(&lock).repair(|_| {
            test.hears(OWNER_DIED);
            test.lets_go_on();
        });
    });
    assert_eq!(helper.says(), OWNER_DIED);
    drop(helper);
    let found = suspect(&lock);

    let repair = catch_unwind(AssertUnwindSafe(|| found.repair(|_| panic!("the repair fails"))));
    assert!(repair.is_err(), "the panic of a repair goes on to the caller of `repair`");
    drop(repair);
    is_lost(&lock);
}
