//! How far from the left everything is: below and above what it is linked to, without touching its neighbours.

use super::{
    BETWEEN, Item,
    links::{Links, mean},
};

/// How often the layers are gone through, down and up, and how many items are moved at most before a large drawing is good
/// enough.
const SWEEPS: usize = 100;
const MOVES: usize = 2_000_000;
/// How much more it matters that an arrow is straight than that a box is in the middle.
const STRAIGHT: f64 = 4.0;

/// The centre of each item. The leftmost edge of all is at 0.
pub(super) fn centres(items: &[Item], layers: &[Vec<usize>], links: &Links) -> Vec<f64> {
    let mut centres = vec![0.0; items.len()];
    for layer in layers {
        place(layer, items, &mut centres, &vec![0.0; layer.len()]);
    }
    for sweep in 0..SWEEPS.min(MOVES / items.len().max(1)).max(2) {
        let down = sweep % 2 == 0;
        let through: Vec<&Vec<usize>> = if down { layers.iter().collect() } else { layers.iter().rev().collect() };
        for layer in through {
            let wishes: Vec<f64> = layer.iter().map(|item| wish(*item, links, &centres)).collect();
            place(layer, items, &mut centres, &wishes);
        }
    }
    let left = |item: usize| centres[item] - items[item].size.width / 2.0;
    let leftmost = (0..items.len()).map(left).fold(f64::INFINITY, f64::min);
    centres.iter().map(|centre| centre - leftmost).collect()
}

/// In the middle of all that it is linked to; where it is if it is linked to nothing.
fn wish(item: usize, links: &Links, centres: &[f64]) -> f64 {
    let linked = links.above(item).iter().chain(links.beneath(item));
    mean(linked, centres).unwrap_or(centres[item])
}

/// Places a layer as near to what its items wish as the room between them allows: those that would touch move as one,
/// to the mean of their wishes (pool adjacent violators).
fn place(layer: &[usize], items: &[Item], centres: &mut [f64], wishes: &[f64]) {
    let mut offset = 0.0;
    let mut offsets = Vec::new();
    let mut pools: Vec<(f64, f64, usize)> = Vec::new(); // where, how heavy, how many
    for (index, item) in layer.iter().enumerate() {
        if index > 0 {
            offset += f64::midpoint(items[layer[index - 1]].size.width, items[*item].size.width) + BETWEEN;
        }
        offsets.push(offset);
        let weight = if items[*item].passes { STRAIGHT } else { 1.0 };
        let mut pool = (wishes[index] - offset, weight, 1);
        while let Some(before) = pools.pop_if(|before| before.0 > pool.0) {
            let weight = before.1 + pool.1;
            pool = ((before.0 * before.1 + pool.0 * pool.1) / weight, weight, before.2 + pool.2);
        }
        pools.push(pool);
    }
    let places = pools.iter().flat_map(|(place, _, count)| std::iter::repeat_n(*place, *count));
    for ((item, offset), place) in layer.iter().zip(offsets).zip(places) {
        centres[*item] = place + offset;
    }
}
