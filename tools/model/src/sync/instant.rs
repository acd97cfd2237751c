//! Points in the time of a model.

use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

use crate::clock;

/// As [`std::time::Instant`], by the clock that [`crate::advance`] moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Duration);

impl Instant {
    /// The time of the model.
    pub fn now() -> Instant {
        Instant(clock::now())
    }

    /// As the method of std.
    pub fn elapsed(&self) -> Duration {
        clock::now().saturating_sub(self.0)
    }

    /// As the method of std.
    pub fn checked_add(&self, later: Duration) -> Option<Instant> {
        self.0.checked_add(later).map(Instant)
    }

    /// As the method of std.
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// As the method of std.
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// As the method of std.
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.0.checked_sub(earlier.0)
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, later: Duration) -> Instant {
        self.checked_add(later).expect("overflow when adding duration to instant")
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, later: Duration) {
        *self = *self + later;
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}
