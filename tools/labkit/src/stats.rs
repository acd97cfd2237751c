//! What is said of a series of measurements.

use std::fmt::{self, Display};
use std::time::Duration;

use crate::lab::SEED;

/// Order statistics of one variant: of times, or of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary<T = Duration> {
    /// The smallest sample.
    pub least: T,
    /// A tenth of the samples lie below it.
    pub p10: T,
    /// Half of the samples lie below it.
    pub median: T,
    /// A tenth of the samples lie above it.
    pub p90: T,
}

impl<T: Copy + Default + Ord> Summary<T> {
    /// Summarizes samples; those of no samples are all zero.
    pub fn of(samples: impl IntoIterator<Item = T>) -> Summary<T> {
        let mut sorted: Vec<T> = samples.into_iter().collect();
        sorted.sort_unstable();
        let at = |share| by_rank(&sorted, share);
        Summary { least: at(0.0), p10: at(0.1), median: at(0.5), p90: at(0.9) }
    }
}

/// How many times a median is drawn anew from its own samples.
const RESAMPLES: usize = 1_000;

/// Where the median would lie in 95 of 100 repetitions, by the bootstrap: medians of samples drawn from the
/// samples, with replacement.
pub(crate) fn interval_of_median<T: Copy + Default + Ord>(samples: &[T]) -> [T; 2] {
    let mut rng = fastrand::Rng::with_seed(SEED);
    let mut medians: Vec<T> = (0..RESAMPLES)
        .map(|_| {
            let draw = samples.iter().filter_map(|_| rng.choice(samples)).copied();
            Summary::of(draw).median
        })
        .collect();
    medians.sort_unstable();
    [0.025, 0.975].map(|share| by_rank(&medians, share))
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

/// Order statistics of how many times one variant takes as long as another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioSummary {
    /// A tenth of the ratios lie below it.
    pub p10: f64,
    /// Half of the ratios lie below it.
    pub median: f64,
    /// A tenth of the ratios lie above it.
    pub p90: f64,
}

impl RatioSummary {
    /// Summarizes ratios; those of none are all zero.
    pub fn of(ratios: impl IntoIterator<Item = f64>) -> RatioSummary {
        let mut sorted: Vec<f64> = ratios.into_iter().collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |share| by_rank(&sorted, share);
        RatioSummary { p10: at(0.1), median: at(0.5), p90: at(0.9) }
    }
}

impl RatioSummary {
    /// The same ratios, each times `by`: where the turns of the two variants do not have the same number of
    /// units of work.
    #[must_use]
    pub fn scaled(self, by: f64) -> RatioSummary {
        let RatioSummary { p10, median, p90 } = self;
        RatioSummary { p10: p10 * by, median: median * by, p90: p90 * by }
    }
}

impl Display for RatioSummary {
    /// The median, and the range in which eight ratios of ten lie. A large one has no decimals, which would
    /// mean nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RatioSummary { p10, median, p90 } = self;
        let decimals = match median {
            ..10.0 => 2,
            ..100.0 => 1,
            _ => 0,
        };
        write!(f, "{median:.decimals$} ({p10:.decimals$}\u{a0}to\u{a0}{p90:.decimals$})")
    }
}

/// The sample below which this share of the others lie; zero where there are none.
fn by_rank<T: Copy + Default>(sorted: &[T], share: f64) -> T {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
}

/// A duration with two significant digits and its unit.
pub(crate) fn readable(duration: Duration) -> String {
    readable_ns(duration.as_nanos() as f64)
}

/// Nanoseconds, which may be less than one, with two significant digits and a unit.
pub fn readable_ns(ns: f64) -> String {
    // Rounded first: 999.6 µs is 1.0 ms, not 1000 µs.
    let ns = round(ns);
    let (value, unit) = match ns {
        ..1e3 => (ns, "ns"),
        ..1e6 => (ns / 1e3, "µs"),
        ..1e9 => (ns / 1e6, "ms"),
        _ => (ns / 1e9, "s"),
    };
    format!("{} {unit}", two_digits(value))
}

/// Bytes with two significant digits and a unit.
pub fn readable_bytes(bytes: f64) -> String {
    let (value, unit) = in_a_unit_of_bytes(bytes);
    format!("{} {unit}", two_digits(value))
}

/// Bytes as a number of the largest unit that is not larger.
pub(crate) fn in_a_unit_of_bytes(bytes: f64) -> (f64, &'static str) {
    match bytes {
        ..1_024.0 => (bytes, "B"),
        ..1_048_576.0 => (bytes / 1_024.0, "KiB"),
        ..1_073_741_824.0 => (bytes / 1_048_576.0, "MiB"),
        _ => (bytes / 1_073_741_824.0, "GiB"),
    }
}

/// A number with two significant digits; what is not a positive number is `unknown`.
pub(crate) fn two_digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(value.is_normal() && value > 0.0) {
        return "unknown".to_owned();
    }
    let rounded = round(value);
    let decimals = (1.0 - rounded.log10().floor()).max(0.0) as usize;
    format!("{rounded:.decimals$}")
}

/// Rounds a positive number to two significant digits.
fn round(value: f64) -> f64 {
    if value < 1e-9 {
        return 0.0;
    }
    let step = 10_f64.powi(value.log10().floor() as i32 - 1);
    (value / step).round() * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_eleven_samples_picks_them_by_rank() {
        let us = Duration::from_micros;
        let summary = Summary::of([10, 0, 5, 3, 4, 6, 2, 8, 9, 7, 1].map(us));
        let expected = [0, 1, 5, 9].map(us);
        assert_eq!([summary.least, summary.p10, summary.median, summary.p90], expected);
    }

    #[test]
    fn ratios_are_told_with_their_spread() {
        let ratios = RatioSummary::of((0..=10).map(|tenth| 1.0 + f64::from(tenth) / 10.0));
        assert_eq!(ratios.to_string(), "1.50 (1.10\u{a0}to\u{a0}1.90)");
        assert_eq!(ratios.scaled(10.0).to_string(), "15.0 (11.0\u{a0}to\u{a0}19.0)");
        assert_eq!(ratios.scaled(100.0).to_string(), "150 (110\u{a0}to\u{a0}190)");
        assert_eq!(RatioSummary::of([]).median, 0.0);
    }

    #[test]
    fn no_samples_are_zero() {
        assert_eq!(Summary::<Duration>::of([]).median, Duration::ZERO);
        assert_eq!(interval_of_median::<Duration>(&[]), [Duration::ZERO; 2]);
    }

    #[test]
    fn the_interval_lies_around_the_median_and_within_the_samples() {
        let samples: Vec<Duration> = (1..=101).map(Duration::from_micros).collect();
        let [low, high] = interval_of_median(&samples).map(|bound| bound.as_micros());
        assert!((30..51).contains(&low) && (52..72).contains(&high), "{low} to {high}");
        assert_eq!(interval_of_median(&[Duration::from_secs(1); 9]), [Duration::from_secs(1); 2]);
    }

    #[test]
    fn a_duration_has_two_digits_and_a_unit() {
        let shown = |ns| readable(Duration::from_nanos(ns));
        assert_eq!(shown(0), "0 ns");
        assert_eq!(shown(7), "7.0 ns");
        assert_eq!(shown(1_234), "1.2 µs");
        assert_eq!(shown(146_900), "150 µs");
        assert_eq!(shown(80_777_800), "81 ms");
        assert_eq!(shown(9_960_000), "10 ms");
        assert_eq!(shown(999_600), "1.0 ms");
        assert_eq!(shown(994_999), "990 µs");
        assert_eq!(shown(2_000_000_000), "2.0 s");
        assert_eq!(readable_ns(0.31), "0.31 ns");
    }

    #[test]
    fn bytes_have_two_digits_and_a_unit() {
        let shown = [0.0, 304.0, 9_830.0, 1_048_000.0, 2_147_483_648.0].map(readable_bytes);
        assert_eq!(shown, ["0 B", "300 B", "9.6 KiB", "1000 KiB", "2.0 GiB"]);
    }

    #[test]
    fn a_ratio_has_two_digits() {
        assert_eq!(two_digits(108.3), "110");
        assert_eq!(two_digits(1.04), "1.0");
        assert_eq!(two_digits(0.099_9), "0.10");
        assert_eq!(two_digits(f64::INFINITY), "unknown");
        assert_eq!(two_digits(f64::NAN), "unknown");
    }
}
