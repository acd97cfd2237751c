//! A panel of lines over a logarithmic x axis, each with its mark and its name where it ends.

use std::collections::BTreeSet;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Area, Drawn, Failure, MARGIN, TEXT, TITLE, Unit, WIDTH, powers};

const HEIGHT: u32 = 300;
/// Room below for the numbers of the x axis and its title, and on the left for those of the y axis.
const X_AXIS: u32 = 48;
const Y_AXIS: u32 = 52;
/// Room on the right for the names of the lines, and how far from each other they stand at least.
const NAMES: u32 = 165;
const NAME: i32 = 20;
/// How far from each other two numbers of the x axis stand at least.
const NUMBER: i32 = 38;

pub fn height() -> u32 {
    TITLE + HEIGHT + X_AXIS
}

pub fn draw(area: &Area<'_>, x: &str, rows: &[Drawn], unit: Unit) -> Result<(), Failure> {
    let places: BTreeSet<u32> = rows.iter().map(|row| row.at).collect();
    let (first, last) = (places.first().copied().unwrap_or(1), places.last().copied().unwrap_or(1));
    let xs = f64::from(first.max(1))..f64::from(last.max(first + 1));
    let mut chart = ChartBuilder::on(area)
        .margin_left(MARGIN)
        .margin_right(NAMES)
        .margin_top(TITLE)
        .margin_bottom(X_AXIS)
        .y_label_area_size(Y_AXIS)
        .build_cartesian_2d(xs.log_scale(), powers(rows, unit))?;
    chart
        .configure_mesh()
        .disable_x_axis()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.2))
        .y_labels(8)
        .y_label_style(("sans-serif", TEXT - 2))
        .y_label_formatter(&|value| unit.tick(*value))
        .draw()?;

    let (_, above) = area.get_base_pixel();
    let pixel = |at: u32, value: f64| {
        let (x, y) = chart.backend_coord(&(f64::from(at), value));
        (x, y - above)
    };
    let ink = BLACK.stroke_width(2);
    let small = TextStyle::from(("sans-serif", TEXT - 2).into_font());
    let below = small.pos(Pos::new(HPos::Center, VPos::Top));
    let bottom = (TITLE + HEIGHT) as i32;
    let mut next = i32::MIN;
    for &at in &places {
        let (x, _) = pixel(at, rows[0].median);
        area.draw(&PathElement::new([(x, bottom), (x, bottom + 4)], BLACK))?;
        if x >= next {
            area.draw(&Text::new(number(at), (x, bottom + 8), below.clone()))?;
            next = x + NUMBER;
        }
    }
    let middle = ((MARGIN + Y_AXIS + WIDTH - NAMES) / 2) as i32;
    area.draw(&Text::new(x.to_owned(), (middle, bottom + 26), below))?;

    let mut names = Vec::new();
    for (index, (label, line)) in lines(rows).into_iter().enumerate() {
        let points: Vec<(i32, i32)> = line.iter().map(|row| pixel(row.at, row.median)).collect();
        area.draw(&PathElement::new(points.clone(), ink))?;
        for &point in &points {
            mark(area, index, point)?;
        }
        names.push((points[points.len() - 1].1, index, label));
    }
    names.sort();
    let mut free = TITLE as i32;
    let left = TextStyle::from(("sans-serif", TEXT).into_font());
    let left = left.pos(Pos::new(HPos::Left, VPos::Center));
    let beside = (WIDTH - NAMES) as i32 + 14;
    for (end, index, label) in names {
        let y = end.max(free);
        free = y + NAME;
        mark(area, index, (beside, y))?;
        area.draw(&Text::new(label.to_owned(), (beside + 12, y), left.clone()))?;
    }
    Ok(())
}

/// The rows of each label, in the order in which the labels come first.
fn lines(rows: &[Drawn]) -> Vec<(&str, Vec<&Drawn>)> {
    let mut lines: Vec<(&str, Vec<&Drawn>)> = Vec::new();
    for row in rows {
        match lines.iter_mut().find(|(label, _)| *label == row.label) {
            Some((_, line)) => line.push(row),
            None => lines.push((&row.label, vec![row])),
        }
    }
    lines
}

/// The mark of a line: three shapes, each filled or empty.
fn mark(area: &Area<'_>, index: usize, (x, y): (i32, i32)) -> Result<(), Failure> {
    let square = [(x - 5, y - 5), (x + 5, y - 5), (x + 5, y + 5), (x - 5, y + 5)];
    let triangle = [(x, y - 6), (x + 6, y + 5), (x - 6, y + 5)];
    let shape: &[(i32, i32)] = if index % 3 == 1 { &square } else { &triangle };
    let is_filled = (index / 3).is_multiple_of(2);
    // What is empty hides the line below it.
    let inside = if is_filled { BLACK } else { WHITE };
    if index.is_multiple_of(3) {
        area.draw(&Circle::new((x, y), 5, inside.filled()))?;
        area.draw(&Circle::new((x, y), 5, BLACK.stroke_width(2)))?;
    } else {
        area.draw(&Polygon::new(shape.to_vec(), inside.filled()))?;
        let around: Vec<_> = shape.iter().chain(&shape[..1]).copied().collect();
        area.draw(&PathElement::new(around, BLACK.stroke_width(2)))?;
    }
    Ok(())
}

/// A number of the x axis; one of many digits in binary thousands, where it is so many.
fn number(at: u32) -> String {
    match at {
        at if at >= 1 << 20 && at % (1 << 20) == 0 => format!("{} Mi", at >> 20),
        at if at >= 10_000 && at % (1 << 10) == 0 => format!("{} Ki", at >> 10),
        at => at.to_string(),
    }
}
