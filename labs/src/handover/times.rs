//! What a page says of round trips.

use labkit::Lab;

/// How many times a trip of the one variant takes as long as one of the other, within rounds.
pub fn ratio(lab: &Lab, (name, trips): (&str, u32), (other, other_trips): (&str, u32)) -> String {
    let scale = f64::from(other_trips) / f64::from(trips);
    lab.ratio_within_rounds(name, other).scaled(scale).to_string()
}

/// The seconds of processor time that one trip takes.
pub fn cpu_of_one(lab: &Lab, (name, trips): (&str, u32)) -> f64 {
    lab.cpu(name).median.as_secs_f64() / f64::from(trips)
}
