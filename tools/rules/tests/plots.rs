//! A plot on a page is drawn from the samples that are recorded beside it.

use labkit::plot;
use rules::snapshot::{Order, compare};
use rules::{assert_none, project};

#[test]
fn a_plot_shows_what_is_recorded() {
    let project = project();
    let is_plot = |file: &&String| file.starts_with("book/results/") && file.ends_with(".svg");
    let plots: Vec<&String> = project.files.iter().filter(is_plot).collect();
    assert!(!plots.is_empty(), "there are plots to compare");
    assert_none(plots.into_iter().filter_map(|file| {
        let record = file.replace(".svg", ".json");
        let plot = plot::of(&project.read(&record)).expect("the record of a lab");
        compare(&project.catalog.root, file, &plot, Order::Fixed).err()
    }));
}
