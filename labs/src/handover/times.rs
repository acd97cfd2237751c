//! What a page says of round trips.

use labkit::{Lab, RatioSummary};

/// The time of one trip, where a turn of the variant makes so many.
pub fn of_one(lab: &Lab, (name, trips): (&str, u32)) -> String {
    let nanoseconds = lab.wall(name).median.as_secs_f64() * 1e9 / f64::from(trips);
    if nanoseconds < 1e3 {
        format!("{nanoseconds:.1}\u{a0}ns")
    } else {
        format!("{:.1}\u{a0}µs", nanoseconds / 1e3)
    }
}

/// How many times a trip of the one variant takes as long as one of the other, within rounds.
pub fn ratio(lab: &Lab, (name, trips): (&str, u32), (other, other_trips): (&str, u32)) -> String {
    let scale = f64::from(other_trips) / f64::from(trips);
    let RatioSummary { p10, median, p90 } = lab.ratio_within_rounds(name, other);
    let ratio = RatioSummary { p10: p10 * scale, median: median * scale, p90: p90 * scale };
    if ratio.median < 100.0 {
        return ratio.to_string();
    }
    // Its decimals would mean nothing.
    let RatioSummary { p10, median, p90 } = ratio;
    format!("{median:.0} ({p10:.0}\u{a0}to\u{a0}{p90:.0})")
}

/// The seconds of processor time that one trip takes.
pub fn cpu_of_one(lab: &Lab, (name, trips): (&str, u32)) -> f64 {
    lab.cpu(name).median.as_secs_f64() / f64::from(trips)
}
