//! The order within each layer: everything near what it is linked to, which leaves few crossings.

use std::cmp::Ordering;

use super::{
    Item,
    links::{Links, mean},
};

/// How often the layers are gone through, down and up.
const SWEEPS: usize = 12;

/// The items of each layer, from left to right.
pub(super) fn layers(items: &[Item], links: &Links) -> Vec<Vec<usize>> {
    let count = items.iter().map(|item| item.layer + 1).max().unwrap_or_default();
    let mut layers = vec![Vec::new(); count];
    for (index, item) in items.iter().enumerate() {
        layers[item.layer].push(index);
    }
    let mut position = vec![0.0; items.len()];
    for layer in &layers {
        number(layer, &mut position);
    }
    let mut best = (crossings(&layers, links, &position), layers.clone());
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        for step in 0..count {
            let layer = &mut layers[if down { step } else { count - 1 - step }];
            let linked = |item: usize| if down { links.above(item) } else { links.beneath(item) };
            let key = |item: &usize| mean(linked(*item).iter(), &position).unwrap_or(position[*item]);
            layer.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(Ordering::Equal));
            number(layer, &mut position);
        }
        let crossings = crossings(&layers, links, &position);
        if crossings < best.0 {
            best = (crossings, layers.clone());
        }
        if crossings == 0 {
            break;
        }
    }
    best.1
}

/// Notes where in its layer each item is.
#[expect(clippy::cast_precision_loss, reason = "a layer has few items")]
fn number(layer: &[usize], position: &mut [f64]) {
    for (index, item) in layer.iter().enumerate() {
        position[*item] = index as f64;
    }
}

/// How many links cross others; all links from a layer lead to the next one.
fn crossings(layers: &[Vec<usize>], links: &Links, position: &[f64]) -> usize {
    let of_layer = |layer: &Vec<usize>| {
        let lower = layer.iter().map(|item| links.beneath(*item).iter().map(|lower| position[*lower]).collect());
        let lower: Vec<Vec<f64>> = lower.collect();
        let mut crossings = 0;
        for (index, left) in lower.iter().enumerate() {
            for right in lower[index + 1..].iter().flatten() {
                crossings += left.iter().filter(|left| *left > right).count();
            }
        }
        crossings
    };
    layers.iter().map(of_layer).sum()
}
