//! Boxes in layers, and paths between them that cross few others: the method of Sugiyama, in its simplest form.
//!
//! Every arrow has a place of its own halfway, where its text stands, so that no text lies on another.
//! <https://en.wikipedia.org/wiki/Layered_graph_drawing>

mod links;
mod order;
mod rank;
mod spread;

use links::Links;

/// How far boxes are from each other, in the unit of their sizes.
const BETWEEN: f64 = 24.0;
/// How far layers are from each other.
const LAYERS: f64 = 16.0;

/// How large something is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// An arrow between two boxes, by their numbers, with the size of its text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) text: Size,
}

/// A place; y grows downwards.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// Where everything is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Layout {
    pub(super) size: Size,
    /// The centres of the boxes.
    pub(super) boxes: Vec<Point>,
    pub(super) paths: Vec<Path>,
}

/// The way of an arrow.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Path {
    pub(super) points: Vec<Point>,
    /// The centre of its text.
    pub(super) text: Point,
}

/// What stands in a layer: a box, or where an arrow passes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Item {
    layer: usize,
    size: Size,
    /// Whether an arrow passes here. Those are kept straight.
    passes: bool,
}

/// Finds a place for everything. The first box is at the top.
pub(super) fn lay_out(boxes: &[Size], arrows: &[Arrow]) -> Layout {
    let ends: Vec<(usize, usize)> = arrows.iter().map(|arrow| (arrow.from, arrow.to)).collect();
    let ranks = rank::ranks(boxes.len(), &ends);
    // Texts stand in the odd layers.
    let mut items: Vec<Item> =
        boxes.iter().zip(&ranks).map(|(size, rank)| Item { layer: rank * 2, size: *size, passes: false }).collect();
    let mut links = Vec::new();
    let chains: Vec<Vec<usize>> = arrows.iter().map(|arrow| chain(arrow, &mut items, &mut links)).collect();
    let links = Links::new(items.len(), &links);
    let layers = order::layers(&items, &links);
    let centres = spread::centres(&items, &layers, &links);
    let tops = tops(&items, &layers);
    let y = |item: &Item| tops[item.layer].0 + tops[item.layer].1 / 2.0;
    let place = |item: usize| Point { x: centres[item], y: y(&items[item]) };
    let right = |item: usize| centres[item] + items[item].size.width / 2.0;
    let paths = arrows.iter().zip(&chains).map(|(arrow, chain)| {
        path(arrow, chain, &|item| place(item), &|item| (items[item].size, tops[items[item].layer]))
    });
    Layout {
        size: Size {
            width: (0..items.len()).map(right).fold(0.0, f64::max),
            height: tops.last().map_or(0.0, |(top, height)| top + height),
        },
        boxes: (0..boxes.len()).map(place).collect(),
        paths: paths.collect(),
    }
}

/// Adds what an arrow passes on its way down, and returns it, between both ends. One to its own box passes beside it.
fn chain(arrow: &Arrow, items: &mut Vec<Item>, links: &mut Vec<(usize, usize)>) -> Vec<usize> {
    let (from, to) = (items[arrow.from].layer, items[arrow.to].layer);
    let (top, bottom) = if from <= to { (arrow.from, arrow.to) } else { (arrow.to, arrow.from) };
    let mut chain = vec![top];
    let first = from.min(to) + 1;
    let last = from.max(to).max(first + 1);
    for layer in first..last {
        let size = if layer == first { arrow.text } else { Size::default() };
        items.push(Item { layer, size, passes: true });
        chain.push(items.len() - 1);
    }
    if top != bottom {
        chain.push(bottom);
    }
    links.extend(chain.windows(2).map(|pair| (pair[0], pair[1])));
    chain
}

/// Where each layer begins, and how high it is.
fn tops(items: &[Item], layers: &[Vec<usize>]) -> Vec<(f64, f64)> {
    let mut top = 0.0;
    let layer = |layer: &Vec<usize>| {
        let height = layer.iter().map(|item| items[*item].size.height).fold(0.0, f64::max);
        let begins = top;
        top += height + LAYERS;
        (begins, height)
    };
    layers.iter().map(layer).collect()
}

fn path(
    arrow: &Arrow,
    chain: &[usize],
    place: &dyn Fn(usize) -> Point,
    extent: &dyn Fn(usize) -> (Size, (f64, f64)),
) -> Path {
    let text = place(chain[1]);
    if arrow.from == arrow.to {
        let (centre, (size, _)) = (place(arrow.from), extent(arrow.from));
        let bottom = centre.y + size.height / 2.0;
        let back = Point { x: centre.x + size.width / 4.0, y: bottom };
        return Path { points: vec![Point { x: centre.x, y: bottom }, text, back], text };
    }
    let mut points = Vec::new();
    for (index, item) in chain.iter().enumerate() {
        let (centre, (size, (top, height))) = (place(*item), extent(*item));
        let (above, below) = if index == 0 || index == chain.len() - 1 {
            (centre.y - size.height / 2.0, centre.y + size.height / 2.0)
        } else {
            (top, top + height) // straight past whatever else is in the layer
        };
        if index > 0 {
            points.push(Point { x: centre.x, y: above });
        }
        if index < chain.len() - 1 {
            points.push(Point { x: centre.x, y: below });
        }
    }
    if chain[0] != arrow.from {
        points.reverse();
    }
    Path { points, text }
}

#[cfg(test)]
mod tests;
