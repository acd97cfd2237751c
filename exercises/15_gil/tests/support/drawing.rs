//! Looks at a drawing as a browser would: where is each thing, and does it mean what it must?
//!
//! Lanes may stand anywhere, as long as one is `LANE` below the other. `translate` is followed; other transforms are
//! refused.

use gil::timeline::{LANE, LEFT, STYLE, Timeline, WIDTH, What};
use roxmltree::{Document, Node, ParsingOptions};

const CLASSES: [&str; 3] = ["run", "wait", "io"];
/// Numbers may be rounded.
const NEAR: f64 = 0.11;
/// How far a letter of the size of STYLE reaches above the line that it stands on.
const LETTER: f64 = 9.0;

/// What a drawing takes from top to bottom, and what that is.
struct Piece {
    lane: usize,
    what: String,
    top: f64,
    bottom: f64,
}

pub fn drawn(svg: &str, trace: &Timeline) {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(svg, options)
        .unwrap_or_else(|error| panic!("no XML: {error}\n{svg}"));
    let root = document.root_element();
    let view = frame(&root);
    let lanes: Vec<Node> = all(root, "g", "lane").collect();
    assert_eq!(lanes.len(), trace.names.len(), "lanes, <g class=\"lane\">");
    let mut pieces = Vec::new();
    for (thread, lane) in lanes.into_iter().enumerate() {
        pieces.push(name(lane, thread, trace, view[0]));
        stretches(lane, thread, trace, &mut pieces);
        marks(lane, thread, trace, &mut pieces);
    }
    one_below_the_other(&pieces, view);
}

/// What belongs to the drawing as a whole; returns its viewBox.
fn frame(root: &Node) -> [f64; 4] {
    assert!(is(root, "svg", "timeline"), "the root is an <svg class=\"timeline\"> with its xmlns");
    assert_eq!(root.attribute("role"), Some("img"), "role of the <svg>");
    let view = root.attribute("viewBox").unwrap_or_default();
    let numbers: Vec<f64> = view
        .split([' ', ',', '\n', '\t'])
        .filter(|n| !n.is_empty())
        .map(|n| n.parse().unwrap_or(f64::NAN))
        .collect();
    let Ok(numbers @ [left, _, width, _]) = <[f64; 4]>::try_from(numbers) else {
        panic!("viewBox has four numbers: {view:?}")
    };
    assert!(numbers.iter().all(|n| n.is_finite()), "viewBox has four numbers: {view:?}");
    assert!(
        left <= LEFT && left + width >= LEFT + WIDTH,
        "viewBox, {view:?}, shows x from {left} to {}; LEFT and LEFT + WIDTH must be in it",
        left + width
    );
    let child = |name: &str| root.children().find(|node| is(node, name, "")).map(text);
    assert!(child("title").is_some_and(|title| !title.is_empty()), "a <title> in the <svg>");
    let mut styles = all(*root, "style", "").map(text);
    assert!(styles.any(|style| style.contains(STYLE)), "a <style> that has STYLE in it");
    numbers
}

fn name(lane: Node, thread: usize, trace: &Timeline, left: f64) -> Piece {
    let expected = trace.names[thread].trim();
    let texts: Vec<Node> = all(lane, "text", "").collect();
    let found: Vec<String> = texts.iter().copied().map(text).collect();
    let Some(node) = texts.iter().find(|&&node| text(node) == expected) else {
        panic!("the name of lane {thread} must be {expected:?}; its <text>: {found:?}")
    };
    // A part of a text may have a place of its own.
    let place = |name: &str| {
        let parts = node.descendants().filter(|part| part.has_attribute(name));
        parts.map(|part| number(&part, name)).next().unwrap_or(0.0)
    };
    let (dx, dy) = moved(node);
    let (x, y) = (place("x") + dx, place("y") + dy);
    let begins = !node.descendants().any(|part| part.has_attribute("text-anchor"));
    assert!(
        x >= left && if begins { x < LEFT } else { x <= LEFT },
        "the name of lane {thread} is at x {x}; it must be seen, left of LEFT"
    );
    let stands = |part: Node| {
        ["dominant-baseline", "alignment-baseline", "dy", "style"]
            .iter()
            .all(|name| !part.has_attribute(*name))
    };
    let above = if node.descendants().all(stands) { LETTER } else { 0.0 };
    Piece { lane: thread, what: "its name".to_owned(), top: y - above, bottom: y }
}

fn stretches(lane: Node, thread: usize, trace: &Timeline, pieces: &mut Vec<Piece>) {
    let class = |node: &Node| -> Vec<&str> {
        CLASSES.into_iter().filter(|class| is(node, "rect", class)).collect()
    };
    let mut rects: Vec<Node> = all(lane, "rect", "").filter(|r| !class(r).is_empty()).collect();
    let expected = expected_stretches(trace, thread);
    assert_eq!(
        rects.len(),
        expected.len(),
        "<rect> of a class in {CLASSES:?} in lane {thread}, one for each of {expected:?}"
    );
    for (kind, from, to) in expected {
        let what = format!("{kind} from {from} to {to}");
        let (x, width) = (x_of(trace, from), x_of(trace, to) - x_of(trace, from));
        let place = |r: &Node| (number(r, "x") + moved(r).0, number(r, "width"));
        let fits = |r: &Node| {
            let (left, wide) = place(r);
            class(r) == [kind] && near(left, x) && near(wide, width) && wide >= 0.1
        };
        let Some(found) = rects.iter().position(fits) else {
            let left: Vec<_> = rects.iter().map(|r| (class(r), place(r))).collect();
            panic!(
                "lane {thread}, {what}: no <rect> of this class, and no other, has x {x} and width \
                 {width} (at least 0.1); these are left: {left:?} (class, (x, width))"
            );
        };
        let rect = rects.remove(found);
        let (y, height) = (number(&rect, "y") + moved(&rect).1, number(&rect, "height"));
        assert!(height >= 1.0, "lane {thread}, {what}: it is {height} high; who would see it?");
        pieces.push(Piece { lane: thread, what, top: y, bottom: y + height });
    }
}

fn marks(lane: Node, thread: usize, trace: &Timeline, pieces: &mut Vec<Piece>) {
    for (kind, class) in [(What::Retake, "retake"), (What::Failed, "failed"), (What::Ask, "ask")] {
        let events = trace.events.iter().filter(|e| (e.thread, e.what) == (thread, kind));
        let at: Vec<f64> = events.map(|e| x_of(trace, e.at_us)).collect();
        let lines: Vec<Node> = all(lane, "line", class).collect();
        let ends = |l: &Node| (number(l, "x1") + moved(l).0, number(l, "x2") + moved(l).0);
        let mut drawn: Vec<(f64, f64)> = lines.iter().map(ends).collect();
        drawn.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(
            at.len() == drawn.len()
                && at.iter().zip(&drawn).all(|(a, d)| near(*a, d.0) && near(*a, d.1)),
            "lane {thread}: the lines {class} are at {drawn:?} (x1, x2), not at {at:?}"
        );
        for line in lines {
            let [y1, y2] = ["y1", "y2"].map(|name| number(&line, name) + moved(&line).1);
            let what = format!("a line {class}");
            let long = (y1 - y2).abs();
            assert!(long >= 1.0, "lane {thread}, {what}: it goes from y1 {y1} to y2 {y2}");
            pieces.push(Piece { lane: thread, what, top: y1.min(y2), bottom: y1.max(y2) });
        }
    }
}

/// Whether each piece is in the picture, and each lane `LANE` below the one before.
fn one_below_the_other(pieces: &[Piece], [_, top, _, height]: [f64; 4]) {
    for Piece { lane, what, top: from, bottom: to } in pieces {
        assert!(
            *from >= top - NEAR && *to <= top + height + NEAR,
            "lane {lane}, {what}: it takes y from {from} to {to}, and viewBox shows {top} to {}",
            top + height
        );
    }
    // Where each would be if it were in lane 0.
    let up = |lane: usize| LANE * lane as f64;
    let highest =
        pieces.iter().min_by(|a, b| (a.top - up(a.lane)).total_cmp(&(b.top - up(b.lane))));
    let lowest =
        pieces.iter().max_by(|a, b| (a.bottom - up(a.lane)).total_cmp(&(b.bottom - up(b.lane))));
    let (Some(high), Some(low)) = (highest, lowest) else { return };
    assert!(
        (low.bottom - up(low.lane)) - (high.top - up(high.lane)) <= LANE + NEAR,
        "lane i is LANE, {LANE}, high, and begins i times LANE below lane 0: then {} of lane {} (y from {} to {}) \
         and {} of lane {} (y from {} to {}) cannot both be in their lanes",
        high.what,
        high.lane,
        high.top,
        high.bottom,
        low.what,
        low.lane,
        low.top,
        low.bottom
    );
}

fn all<'a>(
    node: Node<'a, 'a>,
    name: &'a str,
    class: &'a str,
) -> impl Iterator<Item = Node<'a, 'a>> {
    node.descendants().filter(move |node| is(node, name, class))
}

fn is(node: &Node, name: &str, class: &str) -> bool {
    let classes = node.attribute("class").unwrap_or_default();
    node.has_tag_name(("http://www.w3.org/2000/svg", name))
        && (class.is_empty() || classes.split_whitespace().any(|c| c == class))
}

fn text(node: Node) -> String {
    let pieces = node.descendants().filter(Node::is_text);
    let all: String = pieces.filter_map(|piece| piece.text()).collect();
    all.trim().to_owned()
}

/// An attribute in pixels; who leaves it out means 0.
fn number(node: &Node, name: &str) -> f64 {
    let Some(text) = node.attribute(name) else { return 0.0 };
    text.trim().trim_end_matches("px").parse().unwrap_or(f64::NAN)
}

/// How far a node and all around it are moved.
fn moved(node: &Node) -> (f64, f64) {
    let transforms = node.ancestors().filter_map(|node| node.attribute("transform"));
    transforms.fold((0.0, 0.0), |(x, y), transform| {
        let inner = transform.trim().strip_prefix("translate").map(str::trim);
        let inner = inner.and_then(|inner| inner.strip_prefix('(')?.strip_suffix(')'));
        let numbers: Option<Vec<f64>> = inner.and_then(|inner| {
            let parts = inner.split([' ', ',']).filter(|part| !part.is_empty());
            parts.map(|part| part.trim_end_matches("px").parse().ok()).collect()
        });
        match numbers.as_deref() {
            Some(&[dx]) => (x + dx, y),
            Some(&[dx, dy]) => (x + dx, y + dy),
            _ => panic!("transform={transform:?}: this test follows translate(x y) alone"),
        }
    })
}

fn x_of(trace: &Timeline, at: u64) -> f64 {
    LEFT + WIDTH * at as f64 / trace.end_us.max(1) as f64
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= NEAR
}

/// The stretches of these small drawings, whose events of state are all apart.
fn expected_stretches(trace: &Timeline, thread: usize) -> Vec<(&'static str, u64, u64)> {
    let mut found = Vec::new();
    let mut last: Option<(&str, u64)> = None;
    for event in trace.events.iter().filter(|event| event.thread == thread) {
        let class = match event.what {
            What::Run => "run",
            What::Wait => "wait",
            What::StartIo => "io",
            What::Done => "",
            _ => continue,
        };
        found
            .extend(last.filter(|l| l.1 < event.at_us).map(|(class, at)| (class, at, event.at_us)));
        last = Some((class, event.at_us));
    }
    found
}
