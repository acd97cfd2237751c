//! A panel of dots: a row for each variant, on one logarithmic axis.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Area, Drawn, Failure, MARGIN, TEXT, TITLE, Unit, WIDTH, powers};

const ROW: u32 = 44;
const AXIS: u32 = 30;

pub fn height(rows: &[Drawn]) -> u32 {
    TITLE + ROW * rows.len() as u32 + AXIS
}

pub fn draw(area: &Area<'_>, rows: &[Drawn], unit: Unit) -> Result<(), Failure> {
    let mut chart = ChartBuilder::on(area)
        .margin_left(MARGIN)
        .margin_right(MARGIN)
        .margin_top(TITLE)
        .x_label_area_size(AXIS)
        .build_cartesian_2d(powers(rows, unit), 0.0..rows.len() as f64)?;
    chart
        .configure_mesh()
        .disable_y_axis()
        .disable_y_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.2))
        .x_labels(6)
        .x_label_style(("sans-serif", TEXT - 2))
        .x_label_formatter(&|value| unit.tick(*value))
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
        let median = unit.readable(row.median);
        area.draw(&Text::new(median, place((WIDTH - MARGIN) as i32), right.clone()))?;
    }
    Ok(())
}
