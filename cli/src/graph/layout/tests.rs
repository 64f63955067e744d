//! Nothing lies on anything else, and every arrow leads from its box to its box.

use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::*;

const BOX: Size = Size { width: 100.0, height: 40.0 };
const TEXT: Size = Size { width: 30.0, height: 12.0 };

fn arrows(ends: &[(usize, usize)]) -> Vec<Arrow> {
    ends.iter().map(|(from, to)| Arrow { from: *from, to: *to, text: TEXT }).collect()
}

#[test]
fn a_chain_is_a_straight_line() {
    let layout = lay_out(&[BOX; 3], &arrows(&[(0, 1), (1, 2)]));
    assert_eq!(layout.boxes.iter().map(|centre| centre.x).collect::<Vec<_>>(), [50.0; 3]);
    assert!(layout.boxes[0].y < layout.boxes[1].y && layout.boxes[1].y < layout.boxes[2].y);
    assert_eq!(layout.size, Size { width: 100.0, height: layout.size.height });
}

#[test]
fn branches_stand_beside_each_other_beneath_the_middle() {
    let layout = lay_out(&[BOX; 4], &arrows(&[(0, 1), (0, 2), (1, 3), (2, 3)]));
    let [top, left, right, bottom] = layout.boxes[..] else { panic!() };
    assert_eq!((left.y, top.x, bottom.x), (right.y, f64::midpoint(left.x, right.x), top.x));
}

#[test]
fn an_arrow_passes_beside_the_boxes_that_it_skips() {
    let layout = lay_out(&[BOX; 3], &arrows(&[(0, 1), (1, 2), (0, 2)]));
    let skipped = layout.boxes[1];
    let beside = |point: &Point| (point.x - skipped.x).abs() >= 50.0 || (point.y - skipped.y).abs() >= 20.0;
    assert!(layout.paths[2].points.iter().all(beside), "{layout:?}");
}

#[test]
fn a_way_back_leads_up() {
    let layout = lay_out(&[BOX; 3], &arrows(&[(0, 1), (1, 2), (2, 1), (1, 1)]));
    let points = &layout.paths[2].points;
    assert!(points[0].y > points[points.len() - 1].y, "{points:?}");
}

/// Every state of a long chain may fail, and leads to the same place then: every arrow passes all that is beneath.
#[test]
fn a_long_chain_with_one_way_out_is_laid_out_in_time() {
    let count = 150;
    let chain = (1..count).map(|index| (index - 1, index));
    let ends: Vec<(usize, usize)> = chain.chain((0..count - 1).map(|index| (index, count))).collect();
    let begun = Instant::now();
    let layout = lay_out(&vec![BOX; count + 1], &arrows(&ends));
    assert!(layout.boxes[count].y > layout.boxes[count - 2].y);
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
}

#[test]
fn no_chain_is_too_long_to_be_gone_through() {
    let ends: Vec<(usize, usize)> = (1..50_000).map(|index| (index - 1, index)).collect();
    assert_eq!(rank::ranks(50_000, &ends).last(), Some(&49_999));
}

fn overlap(a: (Point, Size), b: (Point, Size)) -> bool {
    let near = |distance: f64, sizes: f64| distance.abs() + 0.001 < sizes / 2.0;
    near(a.0.x - b.0.x, a.1.width + b.1.width) && near(a.0.y - b.0.y, a.1.height + b.1.height)
}

proptest! {
    #[test]
    fn nothing_lies_on_anything_else(ends in prop::collection::vec((0..9_usize, 0..9_usize), 0..16)) {
        let sizes: Vec<Size> = (1..=9).map(|n| Size { width: f64::from(n) * 20.0, height: 30.0 }).collect();
        let layout = lay_out(&sizes, &arrows(&ends));
        let boxes = layout.boxes.iter().copied().zip(sizes.iter().copied());
        let all: Vec<_> = boxes.chain(layout.paths.iter().map(|path| (path.text, TEXT))).collect();
        for (index, one) in all.iter().enumerate() {
            for other in &all[..index] {
                prop_assert!(!overlap(*one, *other), "{:?} {:?}", one, other);
            }
            prop_assert!(one.0.x - one.1.width / 2.0 > -0.001 && one.0.x + one.1.width / 2.0 < layout.size.width + 0.001);
        }
        for ((from, to), path) in ends.iter().zip(&layout.paths) {
            let edge = |end: usize, point: &Point| (point.y - layout.boxes[end].y).abs() <= 15.001;
            prop_assert!(edge(*from, path.points.first().unwrap()) && edge(*to, path.points.last().unwrap()));
        }
    }
}
