//! Exercise 7.3: `primitives::e3_futex_condvar`, in the model, and on threads of the system.

use std::time::Duration;

use model::{Futex, Model, sync, thread};
use primitives::e3_futex_condvar as real;
use sync::Ordering::SeqCst;
use sync::{Arc, AtomicBool};

#[cfg_attr(feature = "solution", path = "../../../solutions/07_primitives/e3_futex_condvar.rs")]
#[cfg_attr(not(feature = "solution"), path = "../src/e3_futex_condvar.rs")]
#[allow(dead_code, reason = "the tests need not use all of a learner's file")]
mod e3_futex_condvar;
#[path = "../src/given.rs"]
mod given;

use e3_futex_condvar::FutexCondvar;
use given::Mutex;

/// A number of items, and a condition variable that tells of each.
struct Shop {
    items: Mutex<u32>,
    delivery: FutexCondvar,
}

impl Shop {
    fn new() -> Arc<Shop> {
        Arc::new(Shop { items: Mutex::new(0), delivery: FutexCondvar::new() })
    }

    /// Takes an item; waits for one.
    fn take(&self) {
        let mut items = self.items.lock();
        while *items == 0 {
            items = self.delivery.wait(items);
        }
        *items -= 1;
    }

    fn put(&self, more: u32) {
        *self.items.lock() += more;
    }
}

/// Starts a thread that does something with the shop.
fn beside(shop: &Arc<Shop>, job: impl FnOnce(&Shop) + 'static) -> thread::JoinHandle<()> {
    let shop = shop.clone();
    thread::spawn(move || job(&shop))
}

/// Long enough for a time-out that must not come.
const LONG: Duration = Duration::from_secs(1_000);

#[grade::test(timeout_ms = 20_000, hint = "the counter, the unlock, the sleep: in which order?")]
fn step1_a_notification_between_unlock_and_sleep_is_not_lost() {
    Model::new().preemptions(3).check(|| {
        let shop = Shop::new();
        let courier = beside(&shop, |shop| {
            shop.put(1);
            shop.delivery.notify_one();
        });
        shop.take();
        courier.join();
    });
    // Once more, and the courier is the first to run: see "What it cannot see" in the documentation of `model`.
    Model::new().preemptions(3).check(|| {
        let shop = Shop::new();
        let customer = beside(&shop, Shop::take);
        shop.put(1);
        shop.delivery.notify_one();
        customer.join();
    });
}

#[grade::test(timeout_ms = 20_000, hint = "who may notify?")]
fn step1_who_notifies_may_hold_the_mutex() {
    Model::new().preemptions(3).check(|| {
        let shop = Shop::new();
        let courier = beside(&shop, |shop| {
            let mut items = shop.items.lock();
            *items += 1;
            shop.delivery.notify_one();
        });
        shop.take();
        courier.join();
    });
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "does a thread that waits call `futex_wait`, with the mutex free?"
)]
fn step1_who_waits_sleeps_and_leaves_the_mutex_free() {
    Model::new().preemptions(1).check(|| {
        let shop = Shop::new();
        let customer = beside(&shop, Shop::take);
        // Only then is there something to take.
        while model::calls().futex_waits == 0 {
            thread::yield_now();
        }
        shop.put(1);
        shop.delivery.notify_one();
        customer.join();
        assert_eq!(*shop.items.lock(), 0, "the customer has taken the item");
    });
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "what does the return of `futex_wait` say about the condition?"
)]
fn step2_wait_while_looks_again_after_every_wait() {
    Model::new().futex(Futex::Spurious).preemptions(3).check(|| {
        let shop = Shop::new();
        let courier = beside(&shop, |shop| {
            shop.put(1);
            shop.delivery.notify_one();
        });
        let items = shop.delivery.wait_while(shop.items.lock(), |items| *items == 0);
        assert_eq!(*items, 1, "what is there when `wait_while` returns");
        drop(items);
        courier.join();
    });
}

#[grade::test(timeout_ms = 20_000, hint = "when is there nothing to wait for?")]
fn step2_wait_while_does_not_wait_for_nothing() {
    Model::new().check(|| {
        let shop = Shop::new();
        shop.put(1);
        let mut looks = 0;
        let items = shop.delivery.wait_while(shop.items.lock(), |items| {
            looks += 1;
            *items += 1;
            false
        });
        assert_eq!((*items, looks), (2, 1), "the value, which the condition may change; its calls");
    });
}

#[grade::test(timeout_ms = 20_000, hint = "whom does `notify_all` reach?")]
fn step2_notify_all_wakes_all() {
    Model::new().preemptions(2).check(|| {
        let shop = Shop::new();
        let customers = [beside(&shop, Shop::take), beside(&shop, Shop::take)];
        shop.put(2);
        shop.delivery.notify_all();
        customers.into_iter().for_each(thread::JoinHandle::join);
    });
}

#[grade::test(timeout_ms = 60_000, hint = "whom does each `notify_one` reach?")]
fn step2_each_notify_one_wakes_one() {
    Model::new().preemptions(2).check(|| {
        let shop = Shop::new();
        let customers = [beside(&shop, Shop::take), beside(&shop, Shop::take)];
        for _ in 0..2 {
            shop.put(1);
            shop.delivery.notify_one();
        }
        customers.into_iter().for_each(thread::JoinHandle::join);
        let most = model::calls().most_to_wake;
        assert!(most <= 1, "`notify_one` wakes one thread, and would wake up to {most}");
    });
}

#[grade::test(timeout_ms = 60_000, hint = "may two notifications count as one?")]
fn step2_notifications_at_the_same_time_all_count() {
    Model::new().preemptions(2).check(|| {
        let shop = Shop::new();
        // It tells of nothing new, and may be slow.
        let other = beside(&shop, |shop| shop.delivery.notify_one());
        let has_begun = Arc::new(AtomicBool::new(false));
        let courier = beside(&shop, {
            let has_begun = has_begun.clone();
            move |shop| {
                shop.delivery.notify_one();
                has_begun.store(true, SeqCst);
                shop.put(1);
                shop.delivery.notify_one();
            }
        });
        while !has_begun.load(SeqCst) {
            thread::yield_now();
        }
        shop.take();
        [other, courier].into_iter().for_each(thread::JoinHandle::join);
    });
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "which step does the sleeper miss, and what does the counter tell?"
)]
fn step3_a_wait_ends_when_the_time_is_out() {
    Model::new().preemptions(3).check(|| {
        let shop = Shop::new();
        // Nobody notifies: the time runs out when the customer sleeps.
        let customer = beside(&shop, |shop| {
            let (mut items, is_notified) = shop.delivery.wait_timeout(shop.items.lock(), LONG);
            assert!(!is_notified, "nobody has notified");
            *items += 1;
        });
        while model::advance(LONG) == 0 {
            thread::yield_now();
        }
        *shop.items.lock() += 1;
        customer.join();
        assert_eq!(*shop.items.lock(), 2, "two threads have added one each, under the mutex");
    });
    // As long as it says, be it short or long.
    for timeout in [LONG / 100_000, LONG * 10] {
        Model::new().preemptions(1).check(move || {
            let shop = Shop::new();
            let customer = beside(&shop, move |shop| {
                let (_, is_notified) = shop.delivery.wait_timeout(shop.items.lock(), timeout);
                assert!(!is_notified, "nobody has notified");
            });
            while model::calls().futex_waits == 0 {
                thread::yield_now();
            }
            assert_eq!(model::advance(timeout / 2), 0, "waits that end in half of their time");
            let mut times = 0;
            while model::advance(timeout) == 0 {
                times += 1;
                assert!(times < 5, "a wait of {timeout:?} goes on after five times its time");
                thread::yield_now();
            }
            customer.join();
        });
    }
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "which step does the sleeper miss, and what does the counter tell?"
)]
fn step3_a_notification_ends_a_wait_before_its_time() {
    Model::new().preemptions(3).check(|| {
        let shop = Shop::new();
        let courier = beside(&shop, |shop| {
            shop.put(1);
            shop.delivery.notify_one();
        });
        let mut items = shop.items.lock();
        while *items == 0 {
            let is_notified;
            (items, is_notified) = shop.delivery.wait_timeout(items, LONG);
            assert!(is_notified, "the time is not out, so it was the notification");
        }
        drop(items);
        courier.join();
    });
}

#[grade::test(timeout_ms = 20_000, hint = "does it hold on threads of the system, too?")]
fn step3_every_item_is_taken_on_threads_of_the_system() {
    use primitives::given::Mutex;

    const CUSTOMERS: u32 = 4;
    const ITEMS: u32 = 400;
    let (items, delivery) = (Mutex::new(0_u32), real::FutexCondvar::new());
    std::thread::scope(|scope| {
        for _ in 0..CUSTOMERS {
            scope.spawn(|| {
                for _ in 0..ITEMS / CUSTOMERS {
                    *delivery.wait_while(items.lock(), |items| *items == 0) -= 1;
                }
            });
        }
        for _ in 0..ITEMS {
            *items.lock() += 1;
            delivery.notify_one();
        }
    });
    assert_eq!(*items.lock(), 0, "each item was taken");
    let (_, is_notified) = delivery.wait_timeout(items.lock(), Duration::from_millis(1));
    assert!(!is_notified, "nobody has notified since");
}
