//! The order within each layer: everything near what it is linked to, which leaves few crossings.

use std::cmp::Ordering;

use super::Item;

/// How often the layers are gone through, down and up.
const SWEEPS: usize = 12;

/// The items of each layer, from left to right.
pub(super) fn layers(items: &[Item], links: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let count = items.iter().map(|item| item.layer + 1).max().unwrap_or_default();
    let mut layers = vec![Vec::new(); count];
    for (index, item) in items.iter().enumerate() {
        layers[item.layer].push(index);
    }
    let mut best = (crossings(&layers, links, items), layers.clone());
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        let through: Vec<usize> = if down { (0..count).collect() } else { (0..count).rev().collect() };
        for layer in through {
            let position = positions(&layers, items.len());
            let key = |item: &usize| near(*item, links, &position, down).unwrap_or(position[*item]);
            layers[layer].sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(Ordering::Equal));
        }
        let crossings = crossings(&layers, links, items);
        if crossings < best.0 {
            best = (crossings, layers.clone());
        }
    }
    best.1
}

#[expect(clippy::cast_precision_loss, reason = "a layer has few items")]
fn positions(layers: &[Vec<usize>], count: usize) -> Vec<f64> {
    let mut positions = vec![0.0; count];
    for layer in layers {
        for (index, item) in layer.iter().enumerate() {
            positions[*item] = index as f64;
        }
    }
    positions
}

/// The mean position of what an item is linked to above it, or below.
#[expect(clippy::cast_precision_loss, reason = "an item has few links")]
fn near(item: usize, links: &[(usize, usize)], position: &[f64], above: bool) -> Option<f64> {
    let linked = links.iter().filter_map(|(top, bottom)| {
        let (at, other) = if above { (bottom, top) } else { (top, bottom) };
        (*at == item).then_some(position[*other])
    });
    let linked: Vec<f64> = linked.collect();
    (!linked.is_empty()).then(|| linked.iter().sum::<f64>() / linked.len() as f64)
}

fn crossings(layers: &[Vec<usize>], links: &[(usize, usize)], items: &[Item]) -> usize {
    let position = positions(layers, items.len());
    let cross = |(a, b): &(usize, usize), (c, d): &(usize, usize)| {
        items[*a].layer == items[*c].layer && (position[*a] - position[*c]) * (position[*b] - position[*d]) < 0.0
    };
    links.iter().enumerate().map(|(index, link)| links[..index].iter().filter(|other| cross(link, other)).count()).sum()
}
