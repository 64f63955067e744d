//! Steps in the order in which they happened, though each part is heard of with a delay of its own.

use std::time::{SystemTime, UNIX_EPOCH};

use super::steps::{Step, Told};

#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// When the execution started, in milliseconds since 1970.
    start: Option<i64>,
    /// With their times of day.
    waiting: Vec<(i64, &'static str, String)>,
    told: Vec<Step>,
}

impl Timeline {
    /// Adds a step that happened at a time of day, in milliseconds since 1970.
    pub(super) fn add(&mut self, at: i64, told: Told) {
        if let Some((who, what)) = told {
            self.waiting.push((at, who, what));
        }
    }

    /// Tells the steps up to a time of day, in milliseconds since 1970, before which nothing can come any more.
    pub(super) fn tell_until(&mut self, last: i64, tell: &mut impl FnMut(&str)) {
        self.waiting.sort_by_key(|(at, ..)| *at); // stable: what was heard first stays first
        let later = self.waiting.partition_point(|(at, ..)| *at <= last);
        for (at, who, what) in self.waiting.drain(..later) {
            let before = self.told.last().map_or(0, |step| step.at_ms);
            // What is heard of later than it should be has still not happened before what was told.
            let at_ms = (at - *self.start.get_or_insert(at)).max(before);
            let took = at_ms - before;
            tell(&format!("{:>8.3} s  {:>9}  {who:<9}  {what}", seconds(at_ms), format!("+{took} ms")));
            self.told.push(Step { at_ms, who, what });
        }
    }

    /// Tells what is left, and returns all steps.
    pub(super) fn tell_all(mut self, tell: &mut impl FnMut(&str)) -> Vec<Step> {
        self.tell_until(i64::MAX, tell);
        self.told
    }
}

#[expect(clippy::cast_precision_loss, reason = "a demo takes less than 285,000 years")]
fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}

#[expect(clippy::disallowed_methods, reason = "compared with the times of day at which steps happened")]
pub(crate) fn now() -> i64 {
    millis_since_1970(SystemTime::now())
}

pub(crate) fn millis_since_1970(time: SystemTime) -> i64 {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_heard_of_after_its_turn_comes_next() {
        let mut timeline = Timeline::default();
        timeline.add(1_000, Some(("execution", "started".to_owned())));
        timeline.add(1_080, Some(("link", "was opened".to_owned())));
        timeline.tell_until(1_100, &mut |_| {});
        timeline.add(1_070, Some(("answer", "was given".to_owned())));
        assert_eq!(timeline.tell_all(&mut |_| {})[2].at_ms, 80);
    }

    #[test]
    fn what_is_heard_of_late_is_told_in_its_place() {
        let mut timeline = Timeline::default();
        timeline.add(1_000, Some(("execution", "started".to_owned())));
        timeline.add(1_080, Some(("bureau", "asked".to_owned())));
        timeline.add(1_020, Some(("queue", "has it".to_owned())));
        timeline.add(1_030, None);
        let mut lines = Vec::new();
        let steps = timeline.tell_all(&mut |line| lines.push(line.to_owned()));
        assert_eq!(
            steps.iter().map(|step| (step.at_ms, step.who)).collect::<Vec<_>>(),
            [(0, "execution"), (20, "queue"), (80, "bureau"),]
        );
        assert_eq!(lines[2], "   0.080 s     +60 ms  bureau     asked");
    }
}
