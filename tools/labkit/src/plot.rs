//! Draws what a lab has recorded: for each row the median of a unit of work, its bootstrap interval, and
//! the range in which eight samples of ten lie.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use serde::{Deserialize, Serialize};

use crate::stats::{Summary, interval_of_median, readable};

/// Rows that can be compared, below a title.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) rows: Vec<Row>,
}

/// One variant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) variant: String,
    /// How many units of work one sample stands for.
    pub(crate) units: u32,
}

/// What a plot needs of a record.
#[derive(Debug, Deserialize)]
struct Recorded {
    lab: String,
    machine: Machine,
    panels: Vec<Panel>,
    samples: BTreeMap<String, Samples>,
}

#[derive(Debug, Deserialize)]
struct Machine {
    cpu: String,
    cores: usize,
    date: String,
}

#[derive(Debug, Deserialize)]
struct Samples {
    wall_ns: Vec<u64>,
}

/// A row, in nanoseconds for a unit.
struct Drawn {
    label: String,
    median: f64,
    interval: [f64; 2],
    most: [f64; 2],
}

// Pixels of the drawing, which a page scales to its width.
const WIDTH: u32 = 440;
const TITLE: u32 = 34;
const ROW: u32 = 44;
const AXIS: u32 = 30;
/// Room on either side, so that the numbers below the axis are whole.
const MARGIN: u32 = 14;
const TEXT: u32 = 15;

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
        let rows: Result<Vec<Drawn>> = panel.rows.iter().map(|row| drawn(row, &recorded)).collect();
        panels.push((panel.title.as_str(), rows?));
    }
    let heights: Vec<u32> =
        panels.iter().map(|(_, rows)| TITLE + ROW * rows.len() as u32 + AXIS).collect();
    let height = heights.iter().sum();
    let mut text = String::new();
    {
        let mut rest = SVGBackend::with_string(&mut text, (WIDTH, height)).into_drawing_area();
        for ((title, rows), height) in panels.iter().zip(&heights) {
            let (area, below) = rest.split_vertically(*height);
            draw(&area, title, rows).map_err(|error| anyhow::anyhow!("{error}"))?;
            rest = below;
        }
    }
    Ok(figure(&recorded, &text, height))
}

fn drawn(row: &Row, recorded: &Recorded) -> Result<Drawn> {
    let samples = recorded.samples.get(&row.variant);
    let samples = samples.with_context(|| format!("there are no samples of `{}`", row.variant))?;
    ensure!(row.units > 0, "a sample of `{}` stands for nothing", row.variant);
    let walls: Vec<Duration> = samples.wall_ns.iter().copied().map(Duration::from_nanos).collect();
    let unit = |time: Duration| time.as_nanos() as f64 / f64::from(row.units);
    let Summary { p10, median, p90, .. } = Summary::of(walls.iter().copied());
    Ok(Drawn {
        label: row.label.clone(),
        median: unit(median),
        interval: interval_of_median(&walls).map(unit),
        most: [p10, p90].map(unit),
    })
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn draw(area: &Area<'_>, title: &str, rows: &[Drawn]) -> Result<(), Box<dyn std::error::Error>> {
    let bold = ("sans-serif", TEXT).into_font().style(FontStyle::Bold);
    area.draw(&Text::new(title.to_owned(), (MARGIN as i32, 12), bold))?;
    let mut chart = ChartBuilder::on(area)
        .margin_left(MARGIN)
        .margin_right(MARGIN)
        .margin_top(TITLE)
        .x_label_area_size(AXIS)
        .build_cartesian_2d(decades(rows).log_scale(), 0.0..rows.len() as f64)?;
    chart
        .configure_mesh()
        .disable_y_axis()
        .disable_y_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.2))
        .x_labels(6)
        .x_label_style(("sans-serif", TEXT - 2))
        .x_label_formatter(&|ns| readable(Duration::from_nanos(*ns as u64)).replace(".0", ""))
        .draw()?;
    let label = TextStyle::from(("sans-serif", TEXT).into_font());
    let left = label.clone().pos(Pos::new(HPos::Left, VPos::Bottom));
    let right = label.pos(Pos::new(HPos::Right, VPos::Bottom));
    for (index, row) in rows.iter().enumerate() {
        let y = rows.len() as f64 - index as f64 - 0.78;
        let line = |[from, to]: [f64; 2], width| {
            PathElement::new(vec![(from, y), (to, y)], BLACK.stroke_width(width))
        };
        chart.draw_series([line(row.most, 2), line(row.interval, 7)])?;
        chart.draw_series([Circle::new((row.median, y), 5, BLACK.filled())])?;
        let (_, top) = chart.backend_coord(&(row.median, y));
        let (_, above) = area.get_base_pixel();
        let place = |x| (x, top - above - 9);
        area.draw(&Text::new(row.label.clone(), place(MARGIN as i32), left.clone()))?;
        let median = readable(Duration::from_nanos(row.median.round() as u64));
        area.draw(&Text::new(median, place((WIDTH - MARGIN) as i32), right.clone()))?;
    }
    Ok(())
}

/// Whole powers of ten around all that is drawn.
fn decades(rows: &[Drawn]) -> Range<f64> {
    let all = rows.iter().flat_map(|row| row.most);
    let (low, high) = all.fold((f64::MAX, 1.0_f64), |(low, high), ns| (low.min(ns), high.max(ns)));
    let power = |exponent: f64| 10_f64.powf(exponent);
    power(low.max(1.0).log10().floor())..power(high.log10().floor() + 1.0)
}

/// The drawing as the pages have theirs: with words for who cannot see it, and in the colors of the theme.
fn figure(recorded: &Recorded, svg: &str, height: u32) -> String {
    let id = recorded.lab.replace(['/', '_'], "-");
    let inner = svg.split_once('>').map_or("", |(_, inner)| inner);
    let inner = inner.replace("#000000", "currentColor").replace(" font-family=\"sans-serif\"", "");
    let Machine { cpu, cores, date } = &recorded.machine;
    let day = date.split('T').next().unwrap_or_default();
    let titles: Vec<&str> = recorded.panels.iter().map(|panel| panel.title.as_str()).collect();
    format!(
        "<figure class=\"drawing plot\">\n\
         <svg role=\"img\" aria-labelledby=\"{id}-title\" viewBox=\"0 0 {WIDTH} {height}\" fill=\"currentColor\">\n\
         <title id=\"{id}-title\">Times on a logarithmic scale: {}. The table has the numbers.</title>\n\
         {}\n\
         <figcaption>{cpu}, {cores} cores, {day}. The dot is the median, the thick line its 95 % interval \
         (bootstrap), the thin one holds eight samples of ten. The scale is logarithmic.</figcaption>\n\
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
            "panels":[{"title":"to nap","rows":[{"label":"a nap","variant":"nap","units":10}]}],
            "samples":{"nap":{"wall_ns":[20000,30000,40000],"cpu_ns":[1,1,1]}}}"#;
        let plot = of(json).unwrap();
        for part in ["a nap", "3.0 µs", "to nap", "Abacus, 2 cores, 2026-01-02", "02-x-y-title"] {
            assert!(plot.contains(part), "{part}: {plot}");
        }
        assert!(!plot.contains("#000000") && plot.contains("currentColor"), "{plot}");
        assert!(of("{}").is_err());
    }
}
