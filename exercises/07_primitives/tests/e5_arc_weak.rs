//! Exercise 7.5: `primitives::e5_arc_weak`, in the model, and on threads of the system.

use std::cell::Cell;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use model::{Model, Watched, sync, thread};
use primitives::e5_arc_weak as real;

#[cfg_attr(feature = "solution", path = "../../../solutions/07_primitives/e5_arc_weak.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e5_arc_weak.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e5_arc_weak;
#[path = "../src/place.rs"]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod place;

use e5_arc_weak::{MyArc, MyWeak};

fn bounded() -> Model {
    Model::new().preemptions(3)
}

/// In a model, two threads have an owner each, of the same value, and do this with it.
///
/// The model sees a value that is used, changed or dropped at the wrong time, that is dropped twice
/// or never; and memory that is freed too early or never.
fn two(mine: fn(MyArc<Watched>), others: fn(MyArc<Watched>)) {
    for model in [bounded(), bounded().weak_may_fail()] {
        model.check(move || {
            let arc = MyArc::new(Watched::new());
            let other = thread::spawn({
                let arc = arc.clone();
                move || others(arc)
            });
            mine(arc);
            other.join();
        });
    }
}

/// As [`two`], where the other thread has a weak owner; either thread is once the first to run: see
/// "What it cannot see" in the documentation of `model`.
fn strong_and_weak(mine: fn(MyArc<Watched>), others: fn(MyWeak<Watched>)) {
    for model in [bounded(), bounded().weak_may_fail()] {
        model.check(move || {
            let arc = MyArc::new(Watched::new());
            let weak = MyArc::downgrade(&arc);
            let other = thread::spawn(move || others(weak));
            mine(arc);
            other.join();
        });
    }
    bounded().check(move || {
        let arc = MyArc::new(Watched::new());
        let weak = MyArc::downgrade(&arc);
        let other = thread::spawn(move || mine(arc));
        others(weak);
        other.join();
    });
}

/// Drops an owner. (To `drop` the stub, which has no `Drop` yet, the lints forbid.)
fn end<T>(_owner: T) {}

fn read(arc: MyArc<Watched>) {
    arc.read();
}

/// Changes the value, if this is the only owner.
fn change(mut arc: MyArc<Watched>) {
    if let Some(value) = MyArc::get_mut(&mut arc) {
        value.change();
    }
}

fn upgrade(weak: MyWeak<Watched>) {
    if let Some(arc) = weak.upgrade() {
        arc.read();
    }
}

/// Becomes a strong owner, and goes as a weak one.
fn become_strong(weak: MyWeak<Watched>) {
    let strong = weak.upgrade();
    end(weak);
    if let Some(arc) = strong {
        arc.read();
    }
}

#[grade::test(hint = "with which counts does a value begin?")]
fn step1_all_owners_have_the_same_value() {
    Model::new().weak_may_fail().check(|| {
        let first = MyArc::new(sync::AtomicU32::new(1));
        let second = first.clone();
        first.store(2, sync::Ordering::Relaxed);
        end(first);
        assert_eq!(second.load(sync::Ordering::Relaxed), 2, "the value that the first changed");
    });
}

#[grade::test(hint = "who drops the value, and what must come before?")]
fn step1_the_last_owner_drops_the_value() {
    two(read, read);
    two(end, end);
    // A third owner comes and goes.
    two(|arc| read(arc.clone()), read);
}

#[grade::test(hint = "what is left when the last strong owner goes?")]
fn step2_a_weak_owner_keeps_the_memory_and_not_the_value() {
    Model::new().weak_may_fail().check(|| {
        let arc = MyArc::new(sync::Arc::new(7));
        let value = sync::Arc::clone(&arc);
        let weak = MyArc::downgrade(&arc);
        let strong = weak.upgrade().expect("there is a strong owner");
        assert_eq!(**strong, 7);
        end(arc);
        assert!(weak.upgrade().is_some(), "there is still a strong owner");
        end(strong);
        assert!(weak.upgrade().is_none(), "no strong owner is left");
        assert_eq!(sync::Arc::strong_count(&value), 1, "the value was dropped with the last one");
    });
}

#[grade::test(hint = "between the look at the counter and the new owner, what may happen?")]
fn step2_upgrade_gets_a_value_that_is_there_or_none() {
    strong_and_weak(end, upgrade);
    strong_and_weak(read, upgrade);
    strong_and_weak(end, become_strong);
}

#[grade::test(hint = "when the value has gone, what may the counter still do?")]
fn step2_a_value_that_has_gone_does_not_come_back() {
    Model::new().weak_may_fail().check(|| {
        let arc = MyArc::new(Watched::new());
        let (mine, others) = (MyArc::downgrade(&arc), MyArc::downgrade(&arc));
        let other = thread::spawn(move || upgrade(others));
        end(arc);
        upgrade(mine);
        other.join();
    });
}

#[grade::test(hint = "who counts as a weak owner?")]
fn step2_weak_owners_come_and_go_beside_each_other() {
    two(|arc| end(MyArc::downgrade(&arc)), |arc| end(MyArc::downgrade(&arc)));
    strong_and_weak(end, end);
    two(
        |arc| {
            let weak = MyArc::downgrade(&arc);
            assert!(weak.upgrade().is_some(), "this thread has a strong owner all the time");
        },
        |arc| end(arc.clone()),
    );
}

#[grade::test(hint = "what does an owner need to have seen before it takes the value out?")]
fn step3_try_unwrap_takes_the_value_of_the_only_strong_owner() {
    let unwrap: fn(MyArc<Watched>) = |arc| {
        if let Ok(mut value) = MyArc::try_unwrap(arc) {
            value.change();
        }
    };
    two(unwrap, read);
    two(unwrap, unwrap);
    strong_and_weak(unwrap, upgrade);
    Model::new().weak_may_fail().check(|| {
        let arc = MyArc::new(7);
        let other = arc.clone();
        let arc = MyArc::try_unwrap(arc).expect_err("there are two strong owners");
        end(other);
        let weak = MyArc::downgrade(&arc);
        assert!(
            MyArc::try_unwrap(arc).is_ok_and(|value| value == 7),
            "a weak owner is no obstacle"
        );
        assert!(weak.upgrade().is_none(), "the value has been taken out");
    });
    Model::new().weak_may_fail().check(|| {
        let value = MyArc::try_unwrap(MyArc::new(7));
        assert!(value.is_ok_and(|value| value == 7), "there is one owner");
    });
}

#[grade::test(hint = "who may become an owner, strong or weak, while you look at one counter?")]
fn step3_get_mut_is_for_the_only_owner() {
    Model::new().weak_may_fail().check(|| {
        let mut arc = MyArc::new(1);
        *MyArc::get_mut(&mut arc).expect("it is the only owner") += 1;
        let other = arc.clone();
        assert!(MyArc::get_mut(&mut arc).is_none(), "there is another strong owner");
        end(other);
        let weak = MyArc::downgrade(&arc);
        assert!(MyArc::get_mut(&mut arc).is_none(), "there is a weak owner");
        end(weak);
        *MyArc::get_mut(&mut arc).expect("it is the only owner again") += 1;
        assert_eq!(*arc, 3);
        end(MyArc::downgrade(&arc));
        assert!(MyArc::get_mut(&mut arc).is_some(), "what it did leaves no trace");
    });
    Model::new().check(|| {
        let mut arc = MyArc::new(1);
        let weak = MyArc::downgrade(&arc);
        let other = thread::spawn(move || {
            assert!(
                weak.upgrade().is_some(),
                "the value is there while another looks at its counts"
            );
        });
        MyArc::get_mut(&mut arc);
        other.join();
    });
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "who may become an owner, strong or weak, while you look at one counter?"
)]
fn step3_get_mut_sees_all_that_others_did() {
    two(change, read);
    two(change, change);
    strong_and_weak(change, upgrade);
    strong_and_weak(change, become_strong);
    two(change, |arc| upgrade(MyArc::downgrade(&arc)));
    two(change, |arc| {
        let weak = MyArc::downgrade(&arc);
        end(arc);
        upgrade(weak);
    });
    two(change, |arc| {
        let weak = MyArc::downgrade(&arc);
        change(arc);
        upgrade(weak);
    });
    two(change, |arc| {
        let weak = MyArc::downgrade(&arc);
        end(arc);
        become_strong(weak);
    });
    strong_and_weak(change, |weak| {
        let Some(arc) = weak.upgrade() else { return };
        end(weak);
        let weak = MyArc::downgrade(&arc);
        end(arc);
        upgrade(weak);
    });
}

#[grade::test(hint = "which threads get a `T`, and which get a `&T`?")]
fn step3_only_what_may_be_shared_has_owners_on_several_threads() {
    use grade::impls;
    use real::{MyArc, MyWeak};

    assert!(impls!(MyArc<u8>: Send) && impls!(MyArc<u8>: Sync), "owners may be anywhere");
    assert!(impls!(MyWeak<u8>: Send) && impls!(MyWeak<u8>: Sync), "owners may be anywhere");
    for may_move in [
        impls!(MyArc<Cell<u8>>: Send),
        impls!(MyWeak<Cell<u8>>: Send),
        impls!(MyArc<Cell<u8>>: Sync),
        impls!(MyWeak<Cell<u8>>: Sync),
    ] {
        assert!(!may_move, "threads with an owner each share the Cell");
    }
    for may_move in [
        impls!(MyArc<MutexGuard<'static, u8>>: Send),
        impls!(MyWeak<MutexGuard<'static, u8>>: Send),
        impls!(MyArc<MutexGuard<'static, u8>>: Sync),
        impls!(MyWeak<MutexGuard<'static, u8>>: Sync),
    ] {
        assert!(!may_move, "the last owner drops the value, on any thread");
    }
    // And the value is there.
    assert_eq!(MyArc::new(Cell::new(1)).get(), 1);
}

#[grade::test(hint = "does a circle of owners go away?")]
fn step3_a_child_that_knows_its_parent_weakly_keeps_nothing() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    struct Node {
        parent: Cell<Option<real::MyWeak<Node>>>,
        _child: Option<real::MyArc<Node>>,
    }
    // SAFETY: this test has one thread.
    unsafe impl Sync for Node {}
    impl Drop for Node {
        fn drop(&mut self) {
            let parent = self.parent.take().and_then(|parent| parent.upgrade());
            assert!(parent.is_none(), "the parent goes before the child");
            DROPPED.fetch_add(1, SeqCst);
        }
    }
    let child = real::MyArc::new(Node { parent: Cell::new(None), _child: None });
    let parent = real::MyArc::new(Node { parent: Cell::new(None), _child: Some(child.clone()) });
    child.parent.set(Some(real::MyArc::downgrade(&parent)));
    end((child, parent));
    assert_eq!(DROPPED.load(SeqCst), 2, "the parent and the child");
}

#[grade::test(timeout_ms = 20_000, hint = "does it hold on threads of the system, too?")]
fn step3_the_counts_hold_on_threads_of_the_system() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    struct Value(u64);
    impl Drop for Value {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, SeqCst);
        }
    }
    let arc = real::MyArc::new(Value(7));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..1_000 {
                    let weak = real::MyArc::downgrade(&arc.clone());
                    assert_eq!(weak.upgrade().expect("an owner is there").0, 7);
                }
            });
        }
    });
    assert_eq!(DROPPED.load(SeqCst), 0, "an owner is there");
    end(arc);
    assert_eq!(DROPPED.load(SeqCst), 1, "the last owner has gone");
}
