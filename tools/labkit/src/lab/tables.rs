//! What the terminal shows of a lab: units of work with the labels of the plot, as the page has them.

use std::iter::once;
use std::time::Duration;

use super::Lab;
use crate::plot::{Panel, Row};
use crate::results::table;
use crate::stats::{Summary, interval_of_median, readable_bytes, readable_ns};

impl Lab {
    /// The tables that the terminal shows: one for each panel of the plot, and one of the turns that no panel
    /// shows; of a lab that only counts, the one of the page.
    pub(crate) fn tables(&self) -> String {
        if self.samples.is_empty() && self.bytes.is_empty() {
            return self.page_table.clone();
        }
        let rows = || self.panels.iter().flat_map(|panel| &panel.rows);
        let panels = self.panels.iter().map(|Panel { title, rows, .. }| {
            let cells = |row: &Row| {
                let at = row.at.map_or_else(String::new, |at| format!(", {at}"));
                self.cells(format!("{}{at}", row.label), &row.variant, row.units)
            };
            (title.as_str(), rows.iter().map(cells).collect())
        });
        let names = self.samples.iter().map(|(name, _)| name);
        let names = names.chain(self.bytes.iter().map(|(name, _)| name));
        let left = names.filter(|&name| rows().all(|row| row.variant != *name));
        let left: Vec<_> = left.map(|name| self.cells(format!("`{name}`"), name, 1)).collect();
        let tables = panels.chain([("a whole turn", left)]).filter(|(_, rows)| !rows.is_empty());
        let tables = tables.map(|(title, rows)| {
            let head =
                [title, "least", "10 %", "median", "its 95 % interval", "90 %", "processor time"];
            table(&head, &rows)
        });
        tables.collect::<Vec<_>>().join("\n")
    }

    /// A row of the terminal's table: what one unit of work of a variant took.
    fn cells(&self, label: String, variant: &str, units: u32) -> Vec<String> {
        let each = |value: f64| value / f64::from(units);
        let (walls, processor) = match self.bytes.iter().find(|(name, _)| name == variant) {
            Some((_, bytes)) => {
                (spread(bytes, |bytes| readable_bytes(each(bytes as f64))), "–".to_owned())
            }
            None => {
                let time = |time: Duration| readable_ns(each(time.as_nanos() as f64));
                let walls: Vec<_> = self.samples_of(variant).iter().map(|cost| cost.wall).collect();
                (spread(&walls, time), time(self.cpu(variant).median))
            }
        };
        once(label).chain(walls).chain(once(processor)).collect()
    }
}

/// The columns of a row that are about its samples.
fn spread<T: Copy + Default + Ord>(samples: &[T], readable: impl Fn(T) -> String) -> [String; 5] {
    let Summary { least, p10, median, p90 } = Summary::of(samples.iter().copied());
    let [low, high] = interval_of_median(samples).map(&readable);
    let [least, p10, median, p90] = [least, p10, median, p90].map(readable);
    [least, p10, median, format!("{low} to {high}"), p90]
}
