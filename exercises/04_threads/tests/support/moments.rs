//! Holds a thread up at the worst moment: between a look and a sleep, between a wake-up and what it
//! was for, before the first line of its closure.
//!
//! Functions of these names in the test binary take the place of those in the C library, which the
//! standard library calls. A thread is held until what the test waits for has happened, or for
//! [`PATIENCE`], since a lock may keep it from happening. That is how right code is.

use std::ffi::CStr;
use std::mem;
use std::process;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use nix::libc::{self, c_int, c_long, c_void, clockid_t, pthread_attr_t, pthread_t, timespec};
use nix::unistd::gettid;

/// How long a thread is held for what may never happen.
const PATIENCE: Duration = Duration::from_millis(300);

/// Whose calls are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of the thread of the test.
    Test,
    /// Those of any other thread.
    Worker,
}

/// A plan for the next of some calls: the number of those that are left, the meant one included.
struct Plan {
    left: AtomicUsize,
    of_the_test: AtomicBool,
}

/// A plan for each call.
const ALWAYS: usize = usize::MAX;

impl Plan {
    const fn none() -> Plan {
        Plan { left: AtomicUsize::new(0), of_the_test: AtomicBool::new(false) }
    }

    fn make(&self, whose: Whose, nth: usize) {
        self.of_the_test.store(whose == Whose::Test, SeqCst);
        self.left.store(nth, SeqCst);
    }

    /// Whether this is the call that was meant.
    fn is_now(&self) -> bool {
        if self.left.load(SeqCst) == 0 || self.of_the_test.load(SeqCst) != is_the_test() {
            return false;
        }
        let one_less =
            |left: usize| if left == ALWAYS { Some(ALWAYS) } else { left.checked_sub(1) };
        matches!(self.left.fetch_update(SeqCst, SeqCst, one_less), Ok(1 | ALWAYS))
    }
}

static CLOCK: Plan = Plan::none();
static WAKE: Plan = Plan::none();
static SPURIOUS: Plan = Plan::none();
static START: Plan = Plan::none();

/// Whether a thread has been held since the last plan.
static HELD: AtomicBool = AtomicBool::new(false);
/// What has been called so far, by all threads.
static WAITS: AtomicUsize = AtomicUsize::new(0);
static WAKES: AtomicUsize = AtomicUsize::new(0);
static JOINS: AtomicUsize = AtomicUsize::new(0);

static BEGUN_AFTER_A_JOIN: AtomicBool = AtomicBool::new(false);

/// The n-th time from now that such a thread reads a clock, as it does between a look and a sleep with
/// a timeout, it is held until another thread wakes somebody.
pub fn hold_at_the_clock(whose: Whose, nth: usize) {
    HELD.store(false, SeqCst);
    CLOCK.make(whose, nth);
}

/// The next time that such a thread wakes somebody, it is held right after it, until somebody goes to
/// sleep.
pub fn hold_after_a_wake_up(whose: Whose) {
    HELD.store(false, SeqCst);
    WAKE.make(whose, 1);
}

/// The next sleep of such a thread ends at once and for no reason, as futex(2) allows.
pub fn end_the_next_sleep_of(whose: Whose) {
    SPURIOUS.make(whose, 1);
}

/// As [`end_the_next_sleep_of`], for all sleeps from now on; or, with `false`, for none any more.
pub fn end_all_sleeps_of(whose: Whose, all: bool) {
    SPURIOUS.make(whose, if all { ALWAYS } else { 0 });
}

/// The next thread that this thread starts is held before its first line, until somebody joins one.
pub fn hold_the_next_thread() {
    HELD.store(false, SeqCst);
    START.make(Whose::Test, 1);
}

/// Waits until a thread is held. Gives up where the code under test never comes there.
pub fn wait_until_held() {
    until(|| HELD.load(SeqCst));
}

/// Whether a thread that was held before its first line has begun when somebody joined one, and not
/// for lack of patience.
pub fn has_begun_after_a_join() -> bool {
    BEGUN_AFTER_A_JOIN.load(SeqCst)
}

fn is_the_test() -> bool {
    gettid().as_raw().cast_unsigned() == process::id()
}

fn until(is_over: impl Fn() -> bool) {
    // No clock is read: that may be what is held.
    const STEP: Duration = Duration::from_millis(1);
    for _ in 0..PATIENCE.as_millis() {
        if is_over() {
            return;
        }
        thread::sleep(STEP);
    }
}

fn hold_until_more(count: &AtomicUsize) {
    let before = count.load(SeqCst);
    HELD.store(true, SeqCst);
    until(|| count.load(SeqCst) > before);
}

/// The function of this name behind ours, which is the C library's.
///
/// # Safety
///
/// It has the type `F`.
unsafe fn real<F: Copy>(name: &CStr) -> F {
    // SAFETY: the name is a C string.
    let function = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
    assert!(!function.is_null(), "the C library has {name:?}");
    // SAFETY: as our caller promises; it is a pointer to a function.
    unsafe { mem::transmute_copy(&function) }
}

/// As clock_gettime(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    if CLOCK.is_now() {
        hold_until_more(&WAKES);
    }
    // SAFETY: the C library's function has this type.
    let real: unsafe extern "C" fn(clockid_t, *mut timespec) -> c_int =
        unsafe { real(c"clock_gettime") };
    // SAFETY: our caller gives us what clock_gettime(2) wants.
    unsafe { real(clock, time) }
}

/// As syscall(2). It takes the six arguments that a system call may have, whatever it is called with:
/// those that are missing are read from registers and from the stack, and the kernel ignores them.
#[unsafe(no_mangle)]
unsafe extern "C" fn syscall(
    number: c_long,
    a: c_long,
    b: c_long,
    c: c_long,
    d: c_long,
    e: c_long,
    f: c_long,
) -> c_long {
    const COMMAND: c_int = 0x7f;
    let command = (number == libc::SYS_futex).then_some(b as c_int & COMMAND);
    match command {
        Some(libc::FUTEX_WAIT | libc::FUTEX_WAIT_BITSET) => {
            WAITS.fetch_add(1, SeqCst);
            if SPURIOUS.is_now() {
                return 0;
            }
        }
        Some(libc::FUTEX_WAKE | libc::FUTEX_WAKE_BITSET) => {
            WAKES.fetch_add(1, SeqCst);
        }
        _ => {}
    }
    // SAFETY: the C library's function has this type, but for its number of arguments.
    let real: unsafe extern "C" fn(c_long, ...) -> c_long = unsafe { real(c"syscall") };
    let waits = WAITS.load(SeqCst);
    // SAFETY: our caller gives us what the system call wants.
    let answer = unsafe { real(number, a, b, c, d, e, f) };
    if command.is_some_and(|it| [libc::FUTEX_WAKE, libc::FUTEX_WAKE_BITSET].contains(&it))
        && WAKE.is_now()
    {
        HELD.store(true, SeqCst);
        until(|| WAITS.load(SeqCst) > waits);
    }
    answer
}

type Main = extern "C" fn(*mut c_void) -> *mut c_void;

struct Held {
    main: Main,
    argument: *mut c_void,
    joins: usize,
}

extern "C" fn hold(held: *mut c_void) -> *mut c_void {
    // SAFETY: `pthread_create` below has made it for this thread alone.
    let held = unsafe { Box::from_raw(held.cast::<Held>()) };
    HELD.store(true, SeqCst);
    let is_joined = || JOINS.load(SeqCst) > held.joins;
    until(is_joined);
    BEGUN_AFTER_A_JOIN.store(is_joined(), SeqCst);
    (held.main)(held.argument)
}

/// As pthread_create(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_create(
    thread: *mut pthread_t,
    attributes: *const pthread_attr_t,
    main: Main,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the C library's function has this type.
    let real: unsafe extern "C" fn(
        *mut pthread_t,
        *const pthread_attr_t,
        Main,
        *mut c_void,
    ) -> c_int = unsafe { real(c"pthread_create") };
    if !START.is_now() {
        // SAFETY: our caller gives us what pthread_create(3) wants.
        return unsafe { real(thread, attributes, main, argument) };
    }
    let held = Box::into_raw(Box::new(Held { main, argument, joins: JOINS.load(SeqCst) }));
    // SAFETY: as above; `hold` takes the box.
    let error = unsafe { real(thread, attributes, hold, held.cast()) };
    if error != 0 {
        // SAFETY: no thread has begun, so the box is still ours.
        drop(unsafe { Box::from_raw(held) });
    }
    error
}

/// As pthread_join(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_join(thread: pthread_t, result: *mut *mut c_void) -> c_int {
    JOINS.fetch_add(1, SeqCst);
    // SAFETY: the C library's function has this type.
    let real: unsafe extern "C" fn(pthread_t, *mut *mut c_void) -> c_int =
        unsafe { real(c"pthread_join") };
    // SAFETY: our caller gives us what pthread_join(3) wants.
    unsafe { real(thread, result) }
}
