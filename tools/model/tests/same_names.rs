//! The supplied `sync` of each chapter has nothing that the model has not, in the same form.

#[path = "../../../exercises/13_async_runtime/src/sync.rs"]
mod async_runtime;
#[path = "../../../exercises/15_gil/src/sync.rs"]
mod gil;
#[path = "../../../exercises/05_monitors/src/sync.rs"]
mod monitors;
#[path = "../../../exercises/07_primitives/src/sync.rs"]
mod primitives;
#[path = "../../../exercises/10_shared_memory/src/sync.rs"]
mod shared_memory;

use std::time::Duration;

/// Uses all that chapter 7 has.
macro_rules! use_primitives {
    ($sync:path) => {{
        use sync::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
        use $sync as sync;

        let flag = sync::Arc::new(sync::AtomicBool::new(false));
        flag.store(true, Release);
        let bits =
            [flag.swap(false, AcqRel), flag.fetch_or(true, SeqCst), flag.fetch_and(true, Relaxed)];
        assert_eq!((bits, flag.load(Acquire)), ([true, false, true], true));
        assert_eq!([flag.fetch_xor(true, Relaxed), flag.fetch_nand(true, Relaxed)], [true, false]);

        let mut word = sync::AtomicU32::new(0);
        *word.get_mut() += 1;
        assert_eq!(word.compare_exchange(1, 2, Acquire, Relaxed), Ok(1));
        assert_eq!(word.compare_exchange_weak(1, 3, SeqCst, SeqCst), Err(2));
        assert_eq!(word.fetch_update(Relaxed, Relaxed, |word| word.checked_mul(5)), Ok(2));
        sync::futex_wait(&word, 0);
        sync::futex_wait_timeout(&word, 0, Duration::from_secs(1));
        assert_eq!(sync::futex_wake(&word, 1), 0);
        *word.get_mut() += 1;
        assert_eq!(word.into_inner(), 11);

        let count = sync::AtomicUsize::new(10);
        let before = [count.fetch_add(5, Relaxed), count.fetch_sub(1, Relaxed)];
        let after = [count.fetch_max(20, Relaxed), count.fetch_min(3, Relaxed)];
        assert_eq!((before, after, count.load(SeqCst)), ([10, 15], [14, 20], 3));
        let zero =
            (sync::AtomicBool::default(), sync::AtomicU32::default(), sync::AtomicUsize::default());
        assert_eq!((zero.0.into_inner(), zero.1.into_inner(), zero.2.into_inner()), (false, 0, 0));
        sync::fence(SeqCst);
        sync::spin_loop();
        sync::yield_now();

        let mut cell = sync::UnsafeCell::new(1);
        // SAFETY: nobody else knows the cell.
        unsafe { *cell.get() += 1 };
        *cell.get_mut() += 1;
        assert_eq!(cell.into_inner() + sync::UnsafeCell::<i32>::default().into_inner(), 3);
    }};
}

/// Uses all that chapter 5 has.
macro_rules! use_monitors {
    ($sync:path) => {{
        use $sync as sync;

        let mutex = sync::Arc::new(sync::Mutex::new(1));
        let changed = sync::Condvar::new();
        sync::yield_now();
        let mut guard: sync::MutexGuard<'_, i32> = mutex.lock().unwrap();
        assert!(matches!(mutex.try_lock(), Err(sync::TryLockError::WouldBlock)));
        *guard += 1;
        changed.notify_one();
        changed.notify_all();
        let guard = changed.wait_while(guard, |value| *value != 2).unwrap();
        let (guard, result) = changed.wait_timeout(guard, Duration::ZERO).unwrap();
        assert!(result.timed_out());
        let wait = changed.wait_timeout_while(guard, Duration::ZERO, |value| *value == 2);
        let (guard, result) = wait.unwrap();
        assert!(result.timed_out());
        drop(guard);
        let start = sync::Instant::now();
        assert!(start.checked_add(Duration::MAX).is_none_or(|end| end > start));
        assert!(
            (start + Duration::from_secs(1)).saturating_duration_since(start)
                <= start.elapsed() + Duration::from_secs(1)
        );
        assert_eq!(start.duration_since(start), start - start);
    }};
}

/// Uses all that chapter 10 has.
macro_rules! use_shared_memory {
    ($sync:path) => {{
        use sync::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
        use $sync as sync;

        let flag = sync::AtomicBool::new(false);
        flag.store(true, Release);
        assert!(flag.swap(false, AcqRel));
        let count = sync::AtomicUsize::new(10);
        assert_eq!((count.fetch_add(5, Relaxed), count.load(Acquire)), (10, 15));
        let word = sync::AtomicU32::new(1);
        assert_eq!((word.fetch_or(2, AcqRel), word.fetch_and(2, SeqCst)), (1, 3));
        sync::futex_wait(&word, 0);
        sync::futex_wait_timeout(&word, 0, Duration::from_secs(1));
        assert_eq!(sync::futex_wake(&word, 1), 0);
        let start = sync::Instant::now();
        assert!(start + Duration::from_secs(1) >= start);
        sync::fence(SeqCst);
        sync::spin_loop();
        sync::yield_now();

        let cell = sync::UnsafeCell::new(1);
        // SAFETY: nobody else knows the cell.
        unsafe { *cell.get() += 1 };
        let bytes = sync::SharedBytes::<4>::new();
        let mut read = [0; 3];
        // SAFETY: nobody else knows the bytes.
        unsafe {
            bytes.write(1, &[7, 8]);
            bytes.read(1, &mut read);
        }
        assert_eq!((cell.into_inner(), read), (2, [7, 8, 0]));
    }};
}

/// Uses all that chapter 13 has.
macro_rules! use_async_runtime {
    ($sync:path) => {{
        use std::collections::VecDeque;
        use std::sync::Arc;
        use std::task::{Wake, Waker};

        use sync::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
        use sync::thread::{self, Thread};
        use $sync as sync;

        struct Bell {
            rung: sync::AtomicBool,
            thread: Thread,
            queue: sync::Mutex<VecDeque<usize>>,
            changed: sync::Condvar,
        }

        impl Wake for Bell {
            fn wake(self: Arc<Self>) {
                self.rung.store(true, Release);
                let mut queue: sync::MutexGuard<'_, VecDeque<usize>> = self.queue.lock().unwrap();
                queue.push_back(1);
                self.changed.notify_one();
                self.thread.clone().unpark();
            }
        }

        let bell = Arc::new(Bell {
            rung: sync::AtomicBool::new(false),
            thread: thread::current(),
            queue: sync::Mutex::new(VecDeque::new()),
            changed: sync::Condvar::new(),
        });
        Waker::from(bell.clone()).wake();
        thread::park();
        thread::yield_now();
        assert!(bell.rung.swap(false, AcqRel));
        let queue = bell.changed.wait_while(bell.queue.lock().unwrap(), |queue| queue.is_empty());
        assert_eq!(queue.unwrap().len(), 1);
        let word = sync::AtomicU32::new(1);
        assert_eq!((word.fetch_or(2, Relaxed), word.load(Acquire)), (1, 3));
        let count = sync::AtomicUsize::new(1);
        assert_eq!((count.fetch_add(2, SeqCst), count.load(Relaxed)), (1, 3));
        sync::fence(SeqCst);
    }};
}

/// Uses all that chapter 15 has beside what chapter 5 has, too.
macro_rules! use_gil {
    ($sync:path) => {{
        use sync::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
        use $sync as sync;

        use_monitors!($sync);
        let flag = sync::AtomicBool::new(false);
        flag.store(true, Release);
        assert!(flag.swap(false, AcqRel) && !flag.load(SeqCst));
        let word = sync::AtomicU32::new(1);
        assert_eq!((word.fetch_or(2, Relaxed), word.load(Acquire)), (1, 3));
        let count = sync::AtomicUsize::new(1);
        assert_eq!((count.fetch_add(2, SeqCst), count.load(Relaxed)), (1, 3));
        let cell = sync::UnsafeCell::new(1);
        // SAFETY: nobody else knows the cell.
        unsafe { *cell.get() += 1 };
        assert_eq!(cell.into_inner(), 2);
    }};
}

#[grade::test]
fn the_locks_of_chapter_15() {
    use_gil!(crate::gil);
    model::Model::new().check(|| use_gil!(model::sync));
}

#[grade::test]
fn the_sleep_of_chapter_13() {
    use_async_runtime!(crate::async_runtime);
    model::Model::new().check(|| use_async_runtime!(model::sync));
}

#[grade::test]
fn the_atomics_of_chapter_7() {
    use_primitives!(crate::primitives);
    model::Model::new().check(|| use_primitives!(model::sync));
}

#[grade::test]
fn the_monitors_of_chapter_5() {
    use_monitors!(crate::monitors);
    model::Model::new().check(|| use_monitors!(model::sync));
}

#[grade::test]
fn the_shared_memory_of_chapter_10() {
    use_shared_memory!(crate::shared_memory);
    model::Model::new().check(|| use_shared_memory!(model::sync));
}
