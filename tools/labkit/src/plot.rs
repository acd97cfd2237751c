//! Draws what a lab has recorded: for each row the median of a unit of work, its bootstrap interval, and
//! the range in which eight samples of ten lie.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, ensure};
use plotters::coord::Shift;
use plotters::coord::combinators::LogCoord;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

use crate::busy::Busy;
use crate::results::Samples;
use crate::stats::{Summary, in_a_unit_of_bytes, interval_of_median, readable_bytes, readable_ns};

mod curves;
mod dots;

/// Rows that can be compared, below a title.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Panel {
    pub(crate) title: String,
    /// What the x axis counts, where rows of one label are a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) x: Option<String>,
    pub(crate) rows: Vec<Row>,
}

/// One variant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) label: String,
    /// Its place on the x axis, where the panel has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<u32>,
    pub(crate) variant: String,
    /// How many units of work one sample stands for.
    pub(crate) units: u32,
}

/// What a plot needs of a record.
#[derive(Debug, Deserialize)]
struct Recorded {
    lab: String,
    machine: Machine,
    busy: Busy,
    panels: Vec<Panel>,
    samples: BTreeMap<String, Samples>,
}

#[derive(Debug, Deserialize)]
struct Machine {
    cpu: String,
    cores: usize,
    date: String,
}

/// What is measured: nanoseconds or bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Time,
    Bytes,
}

impl Unit {
    fn readable(self, value: f64) -> String {
        match self {
            Unit::Time => readable_ns(value),
            Unit::Bytes => readable_bytes(value),
        }
    }

    /// What the powers of the axis are powers of.
    fn base(self) -> f64 {
        match self {
            Unit::Time => 10.0,
            Unit::Bytes => 4.0,
        }
    }

    /// A whole power as the axis shows it.
    fn tick(self, value: f64) -> String {
        match self {
            Unit::Time => readable_ns(value).replace(".0 ", " "),
            Unit::Bytes => {
                let (value, unit) = in_a_unit_of_bytes(value);
                format!("{value:.0} {unit}")
            }
        }
    }
}

/// A row, in nanoseconds or bytes for a unit of work.
struct Drawn {
    label: String,
    at: u32,
    median: f64,
    interval: [f64; 2],
    most: [f64; 2],
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Failure = Box<dyn std::error::Error>;

// Pixels of the drawing, which a page scales to its width.
const WIDTH: u32 = 400;
const TITLE: u32 = 34;
/// Room on either side, so that the numbers below the axis are whole.
const MARGIN: u32 = 20;
const TEXT: u32 = 17;

/// The plot of a lab's record as SVG, in the colors of the page that includes it.
///
/// # Errors
///
/// Fails where `json` is no record of a lab that plots something.
pub fn of(json: &str) -> Result<String> {
    let recorded: Recorded = serde_json::from_str(json).context("this is no record of a lab")?;
    ensure!(!recorded.panels.is_empty(), "{} plots nothing", recorded.lab);
    let mut panels = Vec::new();
    for panel in &recorded.panels {
        panels.push((panel, rows(panel, &recorded)?));
    }
    let height = |(panel, (rows, _)): &(&Panel, (Vec<Drawn>, Unit))| match panel.x {
        Some(_) => curves::height(),
        None => dots::height(rows),
    };
    let heights: Vec<u32> = panels.iter().map(height).collect();
    let whole = heights.iter().sum();
    let mut text = String::new();
    {
        let mut rest = SVGBackend::with_string(&mut text, (WIDTH, whole)).into_drawing_area();
        for ((panel, (rows, unit)), height) in panels.iter().zip(heights) {
            let (area, below) = rest.split_vertically(height);
            draw(&area, panel, rows, *unit).map_err(|error| anyhow!("{error}"))?;
            rest = below;
        }
    }
    Ok(figure(&recorded, &text, whole))
}

/// All rows of a panel, which are all times or all bytes.
fn rows(panel: &Panel, recorded: &Recorded) -> Result<(Vec<Drawn>, Unit)> {
    let mut drawn = Vec::new();
    let mut units = Vec::new();
    for row in &panel.rows {
        let samples = recorded.samples.get(&row.variant);
        let samples =
            samples.with_context(|| format!("there are no samples of `{}`", row.variant))?;
        ensure!(row.units > 0, "a sample of `{}` stands for nothing", row.variant);
        let (unit, values) = match samples {
            Samples::Times { wall_ns, .. } => (Unit::Time, wall_ns),
            Samples::Bytes { bytes } => (Unit::Bytes, bytes),
        };
        units.push(unit);
        let each = |value: u64| value as f64 / f64::from(row.units);
        let Summary { p10, median, p90, .. } = Summary::of(values.iter().copied());
        drawn.push(Drawn {
            label: row.label.clone(),
            at: row.at.unwrap_or_default(),
            median: each(median),
            interval: interval_of_median(values).map(each),
            most: [p10, p90].map(each),
        });
    }
    let unit = *units.first().with_context(|| format!("`{}` has no rows", panel.title))?;
    ensure!(units.iter().all(|&u| u == unit), "`{}` mixes times and bytes", panel.title);
    Ok((drawn, unit))
}

fn draw(area: &Area<'_>, panel: &Panel, rows: &[Drawn], unit: Unit) -> Result<(), Failure> {
    let bold = ("sans-serif", TEXT).into_font().style(FontStyle::Bold);
    area.draw(&Text::new(panel.title.clone(), (MARGIN as i32, 12), bold))?;
    match &panel.x {
        Some(x) => curves::draw(area, x, rows, unit),
        None => dots::draw(area, rows, unit),
    }
}

/// The axis: whole powers around all that is drawn.
fn powers(rows: &[Drawn], unit: Unit) -> LogCoord<f64> {
    let all = || rows.iter().flat_map(|row| row.most).map(|value| value.max(0.01));
    let (low, high) = (all().fold(f64::MAX, f64::min), all().fold(0.01, f64::max));
    let base = unit.base();
    let power = |exponent: f64| base.powf(exponent);
    (power(low.log(base).floor())..power(high.log(base).floor() + 1.0))
        .log_scale()
        .base(base)
        .into()
}

/// The drawing as the pages have theirs: with words for who cannot see it, and in the colors of the theme.
fn figure(recorded: &Recorded, svg: &str, height: u32) -> String {
    let id = recorded.lab.replace(['/', '_'], "-");
    let inner = svg.split_once('>').map_or("", |(_, inner)| inner);
    let inner = inner.replace("#000000", "currentColor").replace("#FFFFFF", "var(--bg)");
    let inner = inner.replace(" font-family=\"sans-serif\"", "");
    let Machine { cpu, cores, date } = &recorded.machine;
    let day = date.split('T').next().unwrap_or_default();
    let titles: Vec<&str> = recorded.panels.iter().map(|panel| panel.title.as_str()).collect();
    let has = |is_line: bool| recorded.panels.iter().any(|panel| panel.x.is_some() == is_line);
    let dots = "The dot is the median, the thick line its 95 % interval (bootstrap), the thin one holds eight \
                samples of ten.";
    let mut caption = format!("{cpu}, {cores} cores, {day}.");
    for (is_there, says) in [
        (has(false), dots),
        (has(true), "Lines join medians."),
        (true, "The scale is logarithmic."),
        (recorded.busy.is_warning(), "The machine was busy: trust the orders, not the digits."),
    ] {
        if is_there {
            caption += " ";
            caption += says;
        }
    }
    format!(
        "<figure class=\"drawing plot\">\n\
         <svg role=\"img\" aria-labelledby=\"{id}-title\" viewBox=\"0 0 {WIDTH} {height}\" fill=\"currentColor\">\n\
         <title id=\"{id}-title\">On a logarithmic scale: {}. The table has the numbers.</title>\n\
         {}\n\
         <figcaption>{caption}</figcaption>\n\
         </figure>\n",
        titles.join("; "),
        inner.trim(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_becomes_a_drawing_in_the_colors_of_the_page() {
        let json = r#"{"lab":"02_x/y","machine":{"cpu":"Abacus","cores":2,"date":"2026-01-02T03:04:05Z"},
            "busy":{"load":[0.1,0.1],"shares":{"others":0.01,"stolen":0.0}},
            "panels":[{"title":"to nap","rows":[{"label":"a nap","variant":"nap","units":10}]}],
            "samples":{"nap":{"wall_ns":[20000,30000,40000],"cpu_ns":[1,1,1]}}}"#;
        let plot = of(json).unwrap();
        for part in ["a nap", "3.0 µs", "to nap", "Abacus, 2 cores, 2026-01-02", "02-x-y-title"] {
            assert!(plot.contains(part), "{part}: {plot}");
        }
        assert!(!plot.contains("#000000") && plot.contains("currentColor"), "{plot}");
        assert!(of("{}").is_err());
    }

    #[test]
    fn rows_of_one_label_are_a_line() {
        let json = r#"{"lab":"02_x/y","machine":{"cpu":"Abacus","cores":2,"date":"2026-01-02T03:04:05Z"},
            "busy":{"load":[0.1,0.1],"shares":{"others":0.5,"stolen":0.0}},
            "panels":[{"title":"to wait","x":"how many wait","rows":[
                {"label":"a nap","at":64,"variant":"few","units":64},
                {"label":"a nap","at":65536,"variant":"many","units":2048}]}],
            "samples":{"few":{"bytes":[64000,64000]},"many":{"bytes":[2048]}}}"#;
        let plot = of(json).unwrap();
        for part in ["a nap", "how many wait", "64", "64 Ki", "256 B", "The machine was busy"] {
            assert!(plot.contains(part), "{part}: {plot}");
        }
    }
}
