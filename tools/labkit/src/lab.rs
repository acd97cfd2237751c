//! One lab: its flags, its rounds, its claims.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::environment::memory_mib;
use crate::results::table;
use crate::stats::{Summary, readable, two_digits};

/// What is measured: it does its work once, checks the result, and returns what the work took.
pub type Variant<'a> = Box<dyn FnMut() -> Result<Duration> + 'a>;

/// A lab that runs.
pub struct Lab {
    name: &'static str,
    quick: bool,
    samples: Vec<(String, Vec<Duration>)>,
    pub(crate) claims: Vec<(String, bool)>,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) page_table: Option<String>,
}

impl Lab {
    pub(crate) fn new(name: &'static str, quick: bool) -> Lab {
        Lab { name, quick, samples: vec![], claims: vec![], facts: vec![], page_table: None }
    }

    /// Whether only the claims are of interest.
    pub fn is_quick(&self) -> bool {
        self.quick
    }

    /// The memory that is free for the lab, in MiB.
    pub fn free_memory_mib(&self) -> u64 {
        memory_mib("MemAvailable")
    }

    /// Measures the variants by turns, so that a busy moment falls on all of them.
    ///
    /// Each runs once as a check and to warm up. Every other round goes backwards: none always
    /// follows the same neighbor.
    ///
    /// # Errors
    ///
    /// Fails where a variant does not do what it should; nothing is reported of it then.
    pub fn measure(&mut self, rounds: usize, variants: Vec<(String, Variant<'_>)>) -> Result<()> {
        let (names, mut variants): (Vec<String>, Vec<Variant<'_>>) = variants.into_iter().unzip();
        let wrong = |name: &str| format!("the variant `{name}` does not do its work");
        for (name, variant) in names.iter().zip(&mut variants) {
            variant().with_context(|| wrong(name))?;
        }
        let mut samples = vec![Vec::with_capacity(rounds); names.len()];
        for round in 0..rounds {
            let mut order: Vec<usize> = (0..names.len()).collect();
            if round % 2 == 1 {
                order.reverse();
            }
            for index in order {
                samples[index].push(variants[index]().with_context(|| wrong(&names[index]))?);
            }
        }
        for (name, samples) in names.into_iter().zip(samples) {
            self.fact(&name, readable(Summary::of(&samples).median));
            self.samples.push((name, samples));
        }
        self.fact("rounds", rounds.to_string());
        Ok(())
    }

    /// The summary of a variant.
    ///
    /// # Panics
    ///
    /// Panics where no variant of that name was measured.
    pub fn summary(&self, name: &str) -> Summary {
        let found = self.samples.iter().find(|(known, _)| known == name);
        let (_, samples) = found.unwrap_or_else(|| panic!("no variant `{name}` was measured"));
        Summary::of(samples)
    }

    /// Keeps a text that a page can include by its name.
    pub fn fact(&mut self, name: &str, value: impl Into<String>) {
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

    /// Sets the table that the page includes, in place of the one that the terminal shows.
    pub fn page_table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        self.page_table = Some(table(head, rows));
    }

    pub(crate) fn table(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .samples
            .iter()
            .map(|(name, samples)| {
                let Summary { least, p10, median, p90 } = Summary::of(samples);
                let cells = [least, p10, median, p90].map(readable);
                std::iter::once(format!("`{name}`")).chain(cells).collect()
            })
            .collect();
        table(&[self.name, "least", "10 %", "median", "90 %"], &rows)
    }

    pub(crate) fn samples_ns(&self) -> BTreeMap<&str, Vec<u128>> {
        let ns = |samples: &[Duration]| samples.iter().map(Duration::as_nanos).collect();
        self.samples.iter().map(|(name, samples)| (name.as_str(), ns(samples))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::environment::{Environment, Use};
    use crate::results::{Files, Record};

    fn ms(ms: u64) -> Variant<'static> {
        Box::new(move || Ok(Duration::from_millis(ms)))
    }

    fn two_variants(lab: &mut Lab) -> Result<()> {
        lab.measure(4, vec![("slow".into(), ms(20)), ("fast".into(), ms(3))])?;
        lab.claim("fast is faster", lab.summary("fast").median < lab.summary("slow").median);
        Ok(())
    }

    #[test]
    fn a_recorded_lab_leaves_samples_facts_and_a_table() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::of(folder.path(), "02_x/y");
        let mut lab = Lab::new("02_x/y", true);
        two_variants(&mut lab).unwrap();
        let environment = Environment::read();
        let used = Use { others: 0.0, stolen: 0.0 };
        let record = Record {
            lab: "02_x/y",
            environment: &environment,
            used,
            claims: &lab.claims,
            samples_ns: lab.samples_ns(),
        };
        files.write(&record, &lab.facts, &lab.table()).unwrap();

        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(read("02_x/y.json").contains(r#""fast":[3000000,3000000,3000000,3000000]"#));
        insta::assert_snapshot!(read("02_x/y.facts"), @"
        ANCHOR: slow
        20 ms
        ANCHOR_END: slow
        ANCHOR: fast
        3.0 ms
        ANCHOR_END: fast
        ANCHOR: rounds
        4
        ANCHOR_END: rounds
        ");
        insta::assert_snapshot!(read("02_x/y.md"), @"
        | 02_x/y | least | 10 % | median | 90 % |
        | --- | ---: | ---: | ---: | ---: |
        | `slow` | 20 ms | 20 ms | 20 ms | 20 ms |
        | `fast` | 3.0 ms | 3.0 ms | 3.0 ms | 3.0 ms |
        ");
    }

    #[test]
    fn variants_take_turns_and_turn_around() {
        let order = RefCell::new(String::new());
        let letter = |letter: char| -> Variant<'_> {
            let order = &order;
            Box::new(move || {
                order.borrow_mut().push(letter);
                Ok(Duration::ZERO)
            })
        };
        let mut lab = Lab::new("02_x/y", true);
        lab.measure(2, vec![("a".into(), letter('a')), ("b".into(), letter('b'))]).unwrap();
        assert_eq!(*order.borrow(), "ababba");
    }
}
