//! A state machine as a picture of its own.

mod text;

use std::fmt::Write;

use text::{escaped, width};

use super::{
    Machine, State, Visits,
    definition::{Edge, Kind},
    layout::{Arrow, Path, Size, lay_out},
    shown::{classes, cut, lines},
};

/// The room around what is in a frame.
const MARGIN: f64 = 16.0;
/// The height of a line of text.
const LINE: f64 = 16.0;
/// The radius of the point where a state machine starts.
const START: f64 = 7.0;
/// The longest text beside an arrow, in characters; all of it is shown when one points at it.
const LABEL: usize = 32;

const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#1a1a1a;text-anchor:middle}\
.detail,.label{font-size:11px;fill:#555}\
.state{fill:#fff;stroke:#555}\
.frame{fill:#f6f8fa;stroke:#555}\
.waits{fill:#fff3cd;stroke:#b58900}\
.fails{fill:#f8d7da;stroke:#b02a37}\
.succeeds{fill:#d1e7dd;stroke:#146c43}\
.visited{stroke:#146c43;stroke-width:3}\
.there{stroke:#0d6efd;stroke-width:4}\
.failed{stroke:#b02a37;stroke-width:4}\
.arrow{fill:none;stroke:#555}\
.catch{stroke:#b02a37;stroke-dasharray:5 4}\
.behind{fill:#fff;opacity:.85}";

/// Draws it; where an execution has been is marked.
pub(super) fn draw(machine: &Machine, visits: &Visits) -> String {
    let drawn = of_machine(machine, visits);
    let (width, height) = (drawn.size.width + 2.0 * MARGIN, drawn.size.height + 2.0 * MARGIN);
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="img">"#
    );
    let _ = writeln!(svg, "<style>{STYLE}</style>");
    svg.push_str(
        "<marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
         <path d=\"M0 0L8 4L0 8z\" fill=\"#555\"/></marker>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
    );
    let _ = writeln!(svg, "<g transform=\"translate({MARGIN} {MARGIN})\">\n{}</g>\n</svg>", drawn.svg);
    svg
}

/// A part of the picture, with its upper left corner at 0, 0.
struct Drawn {
    size: Size,
    svg: String,
}

fn of_machine(machine: &Machine, visits: &Visits) -> Drawn {
    let states: Vec<Drawn> = machine.states.iter().map(|state| of_state(state, visits)).collect();
    let start = Size { width: 2.0 * START, height: 2.0 * START };
    let boxes: Vec<Size> = [start].into_iter().chain(states.iter().map(|state| state.size)).collect();
    let place_of = |name: &str| machine.states.iter().position(|state| state.name == name).map(|index| index + 1);
    let first = Edge { to: String::new(), label: None, is_catch: false };
    let mut edges = vec![(0, 1, &first)];
    for (index, state) in machine.states.iter().enumerate() {
        edges.extend(state.edges.iter().filter_map(|edge| Some((index + 1, place_of(&edge.to)?, edge))));
    }
    let arrows: Vec<Arrow> =
        edges.iter().map(|(from, to, edge)| Arrow { from: *from, to: *to, text: label_size(edge) }).collect();
    let layout = lay_out(&boxes, &arrows);
    let mut svg = String::new();
    for ((_, _, edge), path) in edges.iter().zip(&layout.paths) {
        svg.push_str(&of_edge(edge, path));
    }
    let top = layout.boxes[0];
    let _ = writeln!(svg, r##"<circle cx="{:.1}" cy="{:.1}" r="{START}" fill="#555"/>"##, top.x, top.y);
    for (state, centre) in states.iter().zip(&layout.boxes[1..]) {
        let (x, y) = (centre.x - state.size.width / 2.0, centre.y - state.size.height / 2.0);
        let _ = writeln!(svg, "<g transform=\"translate({x:.1} {y:.1})\">\n{}</g>", state.svg);
    }
    Drawn { size: layout.size, svg }
}

fn of_state(state: &State, visits: &Visits) -> Drawn {
    let within: Vec<Drawn> = state.within.iter().map(|machine| of_machine(machine, visits)).collect();
    let lines = lines(state);
    let title = Size {
        width: lines.iter().map(|line| width(line)).fold(90.0, f64::max) + 2.0 * MARGIN,
        height: size_of(lines.len()) * LINE + MARGIN,
    };
    let inner = within.iter().map(|machine| machine.size.width + MARGIN).sum::<f64>() + MARGIN;
    let below = within.iter().map(|machine| machine.size.height + MARGIN).fold(0.0, f64::max);
    let size =
        Size { width: title.width.max(if within.is_empty() { 0.0 } else { inner }), height: title.height + below };
    let mut svg = shape(state, size, visits);
    for (index, line) in lines.iter().enumerate() {
        let class = if index == 0 { "" } else { " class=\"detail\"" };
        let (x, y) = (size.width / 2.0, MARGIN / 2.0 + (size_of(index) + 0.75) * LINE);
        let _ = writeln!(svg, "<text{class} x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escaped(line));
    }
    let mut x = MARGIN + (size.width - inner).max(0.0) / 2.0;
    for machine in within {
        let _ = writeln!(svg, "<g transform=\"translate({x:.1} {:.1})\">\n{}</g>", title.height, machine.svg);
        x += machine.size.width + MARGIN;
    }
    Drawn { size, svg }
}

/// A state as a shape of its own kind.
fn shape(state: &State, Size { width, height }: Size, visits: &Visits) -> String {
    let base = if matches!(state.kind, Kind::Parallel | Kind::Map) { "frame" } else { "state" };
    let classes = [base].into_iter().chain(classes(state, visits)).collect::<Vec<_>>().join(" ");
    let radius = match state.kind {
        Kind::Succeed | Kind::Fail => height / 2.0,
        Kind::Parallel | Kind::Map => 4.0,
        _ => 8.0,
    };
    let slope = 10.0;
    let title = format!("<title>{}</title>", escaped(&state.name));
    match state.kind {
        Kind::Choice | Kind::Wait => {
            let (right, middle) = (width - slope, height / 2.0);
            format!(
                "<polygon class=\"{classes}\" points=\"{slope},0 {right:.1},0 {width:.1},{middle:.1} {right:.1},{height:.1} \
                 {slope},{height:.1} 0,{middle:.1}\">{title}</polygon>\n"
            )
        }
        _ => {
            format!(
                "<rect class=\"{classes}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{radius:.1}\">{title}</rect>\n"
            )
        }
    }
}

fn label_size(edge: &Edge) -> Size {
    edge.label.as_ref().map_or_else(Size::default, |label| Size { width: width(&cut(label, LABEL)), height: LINE })
}

fn of_edge(edge: &Edge, path: &Path) -> String {
    let mut svg = String::new();
    let [start, rest @ ..] = &path.points[..] else { return svg };
    let mut way = format!("M{:.1} {:.1}", start.x, start.y);
    let mut before = start;
    for point in rest {
        let middle = f64::midpoint(before.y, point.y);
        let _ = write!(way, "C{:.1} {middle:.1} {:.1} {middle:.1} {:.1} {:.1}", before.x, point.x, point.x, point.y);
        before = point;
    }
    let class = if edge.is_catch { "arrow catch" } else { "arrow" };
    let _ = writeln!(svg, "<path class=\"{class}\" d=\"{way}\" marker-end=\"url(#tip)\"/>");
    if let Some(label) = &edge.label {
        let Size { width, height } = label_size(edge);
        let (x, y) = (path.text.x, path.text.y);
        let (left, top) = (x - width / 2.0, y - height / 2.0);
        let _ = writeln!(
            svg,
            "<rect class=\"behind\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>\
             <text class=\"label\" x=\"{x:.1}\" y=\"{:.1}\">{}<title>{}</title></text>",
            y + 4.0,
            escaped(&cut(label, LABEL)),
            escaped(label)
        );
    }
    svg
}

#[expect(clippy::cast_precision_loss, reason = "a state has few lines")]
fn size_of(lines: usize) -> f64 {
    lines as f64
}
