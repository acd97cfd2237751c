//! Another system, whose second has another number of ticks.
//!
//! The function of this name in the test binary takes the place of the one in the C library.

use std::mem;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use nix::libc::{self, c_int, c_long};

/// What sysconf(3) says of the ticks of a second; 0 is the truth. Relaxed: a graded test has one
/// thread when it sets it.
static PER_SECOND: AtomicI64 = AtomicI64::new(0);

/// From now on, sysconf(3) says in this process that a second has so many ticks.
pub fn a_second_has(ticks: i64) {
    PER_SECOND.store(ticks, Relaxed);
}

type Sysconf = extern "C" fn(c_int) -> c_long;

/// As sysconf(3).
#[unsafe(no_mangle)]
extern "C" fn sysconf(name: c_int) -> c_long {
    let ticks = PER_SECOND.load(Relaxed);
    if name == libc::_SC_CLK_TCK && ticks != 0 {
        return ticks;
    }
    // SAFETY: the next function of this name behind ours is the C library's, which has this type.
    let real: Sysconf =
        unsafe { mem::transmute(libc::dlsym(libc::RTLD_NEXT, c"sysconf".as_ptr())) };
    real(name)
}
