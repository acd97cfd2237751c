//! One lab: its rounds, its facts, its claims.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use fastrand::Rng;

use crate::cost::Cost;
use crate::plot::{Panel, Row};
use crate::results::{Samples, table};
use crate::run::Purpose;
use crate::stats::{RatioSummary, Summary, readable, readable_bytes, readable_ns, two_digits};

mod tables;

/// The order of the turns is drawn, always the same way.
pub(crate) const SEED: u64 = 2;

/// What is measured: it does its work once, checks the result, and returns what the work cost.
pub type Variant<'a> = Box<dyn FnMut() -> Result<Cost> + 'a>;

/// A lab that runs.
pub struct Lab {
    purpose: Purpose,
    samples: Vec<(String, Vec<Cost>)>,
    bytes: Vec<(String, Vec<u64>)>,
    pub(crate) claims: Vec<(String, bool)>,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) page_table: String,
    pub(crate) panels: Vec<Panel>,
}

impl Lab {
    pub(crate) fn new(purpose: Purpose) -> Lab {
        Lab {
            purpose,
            samples: vec![],
            bytes: vec![],
            claims: vec![],
            facts: vec![],
            page_table: String::new(),
            panels: vec![],
        }
    }

    /// Whether only the claims are of interest.
    pub fn is_quick(&self) -> bool {
        self.purpose == Purpose::Check
    }

    /// Whether pages will include what is measured, so that nothing may be left out.
    pub fn is_recorded(&self) -> bool {
        self.purpose == Purpose::Record
    }

    /// Measures the variants by turns, so that a busy moment falls on all of them.
    ///
    /// All run once as a check, then a round to warm up, then the rounds that count. Each round
    /// has an order of its own, so that no variant always follows the same one.
    ///
    /// # Errors
    ///
    /// Fails where a variant does not do what it should; nothing is reported of it then.
    pub fn measure(&mut self, rounds: usize, variants: Vec<(String, Variant<'_>)>) -> Result<()> {
        let (names, mut variants): (Vec<String>, Vec<Variant<'_>>) = variants.into_iter().unzip();
        let mut turn = |index: usize| {
            let name: &str = &names[index];
            variants[index]().with_context(|| format!("the variant `{name}` does not do its work"))
        };
        let mut order: Vec<usize> = (0..names.len()).collect();
        for &index in &order {
            turn(index)?;
        }
        let mut rng = Rng::with_seed(SEED);
        let mut samples = vec![Vec::with_capacity(rounds + 1); names.len()];
        for _ in 0..=rounds {
            rng.shuffle(&mut order);
            for &index in &order {
                samples[index].push(turn(index)?);
            }
        }
        for (name, mut samples) in names.into_iter().zip(samples) {
            samples.remove(0);
            let Summary { p10, median, p90, .. } =
                Summary::of(samples.iter().map(|cost| cost.wall));
            self.fact(&name, readable(median));
            self.fact(&format!("{name}_spread"), format!("{} to {}", readable(p10), readable(p90)));
            self.samples.push((name, samples));
        }
        self.fact("rounds", rounds.to_string());
        Ok(())
    }

    /// Keeps samples that are bytes and not times, of what the lab has measured itself.
    pub fn bytes(&mut self, name: &str, samples: Vec<u64>) {
        let Summary { p10, median, p90, .. } = Summary::of(samples.iter().copied());
        let [p10, median, p90] = [p10, median, p90].map(|bytes| readable_bytes(bytes as f64));
        self.fact(name, median);
        self.fact(&format!("{name}_spread"), format!("{p10} to {p90}"));
        self.bytes.push((name.to_owned(), samples));
    }

    /// The median of samples that are bytes.
    ///
    /// # Panics
    ///
    /// Panics where there are none of that name.
    pub fn median_bytes(&self, name: &str) -> u64 {
        let found = self.bytes.iter().find(|(known, _)| known == name);
        let (_, samples) = found.unwrap_or_else(|| panic!("no bytes of `{name}` were measured"));
        Summary::of(samples.iter().copied()).median
    }

    /// The summary of a variant's time on the clock: what the pages show.
    ///
    /// # Panics
    ///
    /// Panics where no variant of that name was measured.
    pub fn wall(&self, name: &str) -> Summary {
        self.summary(name, |cost| cost.wall)
    }

    /// The summary of a variant's processor time: what claims compare, since no neighbor adds to
    /// it.
    ///
    /// # Panics
    ///
    /// Panics where no variant of that name was measured.
    pub fn cpu(&self, name: &str) -> Summary {
        self.summary(name, |cost| cost.cpu)
    }

    /// The median time of one unit of work, of which a turn of the variant does so many, as the pages show
    /// it.
    ///
    /// # Panics
    ///
    /// Panics where no variant of that name was measured.
    pub fn wall_of_one(&self, name: &str, units: impl Into<u64>) -> String {
        let ns = self.wall(name).median.as_nanos() as f64 / units.into() as f64;
        readable_ns(ns).replace(' ', "\u{a0}")
    }

    /// How many times the time of one variant is that of another, taken within each round.
    ///
    /// # Panics
    ///
    /// Panics where no variants of these names were measured.
    pub fn ratio_within_rounds(&self, name: &str, other: &str) -> RatioSummary {
        let [ours, theirs] = [name, other].map(|name| self.samples_of(name));
        let seconds = |cost: &Cost| cost.wall.as_secs_f64();
        RatioSummary::of(ours.iter().zip(theirs).map(|(own, other)| seconds(own) / seconds(other)))
    }

    fn samples_of(&self, name: &str) -> &[Cost] {
        let found = self.samples.iter().find(|(known, _)| known == name);
        let (_, samples) = found.unwrap_or_else(|| panic!("no variant `{name}` was measured"));
        samples
    }

    fn summary(&self, name: &str, clock: fn(&Cost) -> Duration) -> Summary {
        Summary::of(self.samples_of(name).iter().map(clock))
    }

    /// Keeps a text that a page can include by its name; a later one replaces an earlier one.
    pub fn fact(&mut self, name: &str, value: impl Into<String>) {
        self.facts.retain(|(known, _)| known != name);
        self.facts.push((name.to_owned(), value.into()));
    }

    /// Keeps a ratio as a fact.
    pub fn ratio(&mut self, name: &str, value: f64) {
        self.fact(name, two_digits(value));
    }

    /// A sentence of the book that must hold on every machine.
    pub fn claim(&mut self, sentence: &str, holds: bool) {
        self.claims.push((sentence.to_owned(), holds));
    }

    /// Sets the table that the page includes.
    pub fn page_table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        self.page_table = table(head, rows);
    }

    /// Adds a panel to the plot: rows with a label, the variant, and how many units of work one sample of
    /// it stands for. The plot shows the time, or the bytes, of one unit.
    ///
    /// # Panics
    ///
    /// Panics where a variant was not measured.
    pub fn panel(&mut self, title: &str, rows: &[(&str, impl AsRef<str>, u32)]) {
        let rows = rows
            .iter()
            .map(|(label, variant, units)| self.row(label, None, variant.as_ref(), *units));
        let rows = rows.collect();
        self.panels.push(Panel { title: title.to_owned(), x: None, rows });
    }

    /// Adds a panel with lines: rows with a label, the place on the x axis, the variant, and the units of
    /// work. Rows of one label are one line.
    ///
    /// # Panics
    ///
    /// Panics where a variant was not measured.
    pub fn curves(&mut self, title: &str, x: &str, rows: &[(&str, u32, impl AsRef<str>, u32)]) {
        let rows = rows.iter().map(|(label, at, variant, units)| {
            self.row(label, Some(*at), variant.as_ref(), *units)
        });
        let rows = rows.collect();
        self.panels.push(Panel { title: title.to_owned(), x: Some(x.to_owned()), rows });
    }

    fn row(&self, label: &str, at: Option<u32>, variant: &str, units: u32) -> Row {
        let names = self.samples.iter().map(|(name, _)| name);
        let mut names = names.chain(self.bytes.iter().map(|(name, _)| name));
        assert!(names.any(|name| name == variant), "no variant `{variant}` was measured");
        // Tables mark code by backticks, plots do not.
        Row { label: label.replace('`', ""), at, variant: variant.to_owned(), units }
    }

    pub(crate) fn all_samples(&self) -> BTreeMap<&str, Samples> {
        let times = self.samples.iter().map(|(name, costs)| (name.as_str(), Samples::of(costs)));
        let bytes = self.bytes.iter();
        let bytes =
            bytes.map(|(name, bytes)| (name.as_str(), Samples::Bytes { bytes: bytes.clone() }));
        times.chain(bytes).collect()
    }
}

#[cfg(test)]
mod tests;
