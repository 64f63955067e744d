//! In which layer each box stands: below all that lead to it, but for loops.

/// The rank of each of `count` boxes.
pub(super) fn ranks(count: usize, arrows: &[(usize, usize)]) -> Vec<usize> {
    let forward = without_loops(count, arrows);
    let mut ranks = vec![0; count];
    // As often as the longest way can be: there are no loops left.
    for _ in 0..count {
        for (from, to) in &forward {
            ranks[*to] = ranks[*to].max(ranks[*from] + 1);
        }
    }
    ranks
}

/// The arrows, with those turned that lead back to where a way has come from; those to their own box are left out.
fn without_loops(count: usize, arrows: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut search = Search { arrows, begun: vec![false; count], done: vec![false; count], forward: Vec::new() };
    for start in 0..count {
        search.visit(start);
    }
    search.forward
}

struct Search<'a> {
    arrows: &'a [(usize, usize)],
    begun: Vec<bool>,
    done: Vec<bool>,
    forward: Vec<(usize, usize)>,
}

impl Search<'_> {
    fn visit(&mut self, at: usize) {
        if self.begun[at] {
            return;
        }
        self.begun[at] = true;
        for (_, to) in self.arrows.iter().filter(|(from, to)| *from == at && *to != at) {
            let leads_back = self.begun[*to] && !self.done[*to];
            self.forward.push(if leads_back { (*to, at) } else { (at, *to) });
            self.visit(*to);
        }
        self.done[at] = true;
    }
}
