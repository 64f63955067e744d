//! What each item is linked to.

/// The neighbours of each item, in the layer above and in the one beneath.
pub(super) struct Links {
    above: Vec<Vec<usize>>,
    beneath: Vec<Vec<usize>>,
}

impl Links {
    /// Of `count` items; each link leads from an upper item to a lower one.
    pub(super) fn new(count: usize, links: &[(usize, usize)]) -> Self {
        let (mut above, mut beneath) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for (upper, lower) in links {
            above[*lower].push(*upper);
            beneath[*upper].push(*lower);
        }
        Self { above, beneath }
    }

    pub(super) fn above(&self, item: usize) -> &[usize] {
        &self.above[item]
    }

    pub(super) fn beneath(&self, item: usize) -> &[usize] {
        &self.beneath[item]
    }
}

/// The mean place of some items; nothing if there are none.
#[expect(clippy::cast_precision_loss, reason = "an item has few links")]
pub(super) fn mean<'a>(items: impl Iterator<Item = &'a usize>, places: &[f64]) -> Option<f64> {
    let (sum, count) = items.fold((0.0, 0_usize), |(sum, count), item| (sum + places[*item], count + 1));
    (count > 0).then(|| sum / count as f64)
}
