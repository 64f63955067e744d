//! In which layer each box stands: below all that lead to it, but for loops.

/// The rank of each of `count` boxes.
pub(super) fn ranks(count: usize, arrows: &[(usize, usize)]) -> Vec<usize> {
    let forward = without_loops(count, arrows);
    let mut ranks = vec![0; count];
    // There are no loops left, so that this comes to an end.
    let mut has_changed = true;
    while has_changed {
        has_changed = false;
        for (from, to) in &forward {
            if ranks[*to] <= ranks[*from] {
                ranks[*to] = ranks[*from] + 1;
                has_changed = true;
            }
        }
    }
    ranks
}

/// The arrows, with those turned that lead back to where a way has come from; those to their own box are left out.
fn without_loops(count: usize, arrows: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut leads_to = vec![Vec::new(); count];
    for (from, to) in arrows.iter().filter(|(from, to)| from != to) {
        leads_to[*from].push(*to);
    }
    let (mut begun, mut done, mut forward) = (vec![false; count], vec![false; count], Vec::new());
    for start in 0..count {
        // The boxes on the way here, each with how many of its arrows have been followed.
        let mut way = Vec::new();
        if !begun[start] {
            begun[start] = true;
            way.push((start, 0));
        }
        while let Some((at, followed)) = way.last_mut() {
            let at = *at;
            let Some(&to) = leads_to[at].get(*followed) else {
                done[at] = true;
                way.pop();
                continue;
            };
            *followed += 1;
            let leads_back = begun[to] && !done[to];
            forward.push(if leads_back { (to, at) } else { (at, to) });
            if !begun[to] {
                begun[to] = true;
                way.push((to, 0));
            }
        }
    }
    forward
}
