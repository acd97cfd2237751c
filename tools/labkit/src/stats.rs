//! What is said of a series of measurements.

use std::fmt::{self, Display};
use std::time::Duration;

/// Order statistics of one variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    pub least: Duration,
    /// A tenth of the samples lie below it.
    pub p10: Duration,
    pub median: Duration,
    /// A tenth of the samples lie above it.
    pub p90: Duration,
}

impl Summary {
    /// Summarizes samples; those of no samples are all zero.
    pub fn of(samples: &[Duration]) -> Summary {
        let mut sorted = samples.to_vec();
        sorted.sort_unstable();
        let at = |share: f64| {
            let last = sorted.len().saturating_sub(1);
            sorted.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
        };
        Summary { least: at(0.0), p10: at(0.1), median: at(0.5), p90: at(0.9) }
    }
}

impl Display for Summary {
    /// The median, and the range in which eight samples of ten lie.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p10, median, p90] = [self.p10, self.median, self.p90].map(readable);
        // A narrow page breaks the line before the parenthesis, and nowhere else.
        let range = format!("({p10} to {p90})").replace(' ', "\u{a0}");
        write!(f, "{} {range}", median.replace(' ', "\u{a0}"))
    }
}

/// A duration with two significant digits and its unit.
pub(crate) fn readable(duration: Duration) -> String {
    let ns = duration.as_nanos() as f64;
    let (value, unit) = match ns {
        ..1e3 => (ns, "ns"),
        ..1e6 => (ns / 1e3, "µs"),
        ..1e9 => (ns / 1e6, "ms"),
        _ => (ns / 1e9, "s"),
    };
    format!("{} {unit}", two_digits(value))
}

/// A number with two significant digits.
pub(crate) fn two_digits(value: f64) -> String {
    if value <= 0.0 {
        return "0".to_owned();
    }
    let step = 10_f64.powi(value.log10().floor() as i32 - 1);
    let rounded = (value / step).round() * step;
    let decimals = (1 - rounded.log10().floor() as i32).max(0) as usize;
    format!("{rounded:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us(values: &[u64]) -> Vec<Duration> {
        values.iter().copied().map(Duration::from_micros).collect()
    }

    #[test]
    fn the_summary_of_eleven_samples_picks_them_by_rank() {
        let summary = Summary::of(&us(&[10, 0, 5, 3, 4, 6, 2, 8, 9, 7, 1]));
        let expected = us(&[0, 1, 5, 9]);
        assert_eq!([summary.least, summary.p10, summary.median, summary.p90], expected[..]);
    }

    #[test]
    fn no_samples_are_zero() {
        assert_eq!(Summary::of(&[]).median, Duration::ZERO);
    }

    #[test]
    fn numbers_have_two_digits_and_a_unit() {
        let shown = |ns| readable(Duration::from_nanos(ns));
        assert_eq!(shown(7), "7.0 ns");
        assert_eq!(shown(1_234), "1.2 µs");
        assert_eq!(shown(146_900), "150 µs");
        assert_eq!(shown(80_777_800), "81 ms");
        assert_eq!(shown(9_960_000), "10 ms");
        assert_eq!(shown(2_000_000_000), "2.0 s");
    }
}
