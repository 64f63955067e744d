//! Lines for people, in the order in which things happened, though each is heard of with a delay of its own.

use std::borrow::Cow;

/// How the tokens of the local AWS begin, as those of AWS begin alike.
const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAA";

/// Lines that wait for their turn.
#[derive(Debug, Default)]
pub(super) struct Lines {
    waiting: Vec<(i64, String)>,
}

impl Lines {
    /// Adds what happened at a time, in milliseconds since 1970.
    pub(super) fn add(&mut self, at: i64, who: &str, what: &str) {
        self.waiting.push((at, without_tokens(&format!("{}  {who:<17}  {what}", time_of_day(at))).into_owned()));
    }

    /// Adds a line that stands below another one: what a compiler says, say.
    pub(super) fn add_below(&mut self, at: i64, text: &str) {
        self.waiting.push((at, without_tokens(text).into_owned()));
    }

    /// The lines up to a time before which nothing can come any more.
    pub(super) fn until(&mut self, last: i64) -> impl Iterator<Item = String> {
        self.waiting.sort_by_key(|(at, _)| *at); // stable: what was heard first stays first
        let later = self.waiting.partition_point(|(at, _)| *at <= last);
        self.waiting.drain(..later).map(|(_, line)| line)
    }
}

/// Such as `10:00:00.123`, in UTC as in the functions' own log lines.
fn time_of_day(at: i64) -> String {
    let (seconds, milliseconds) = (at / 1000, at % 1000);
    let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{milliseconds:03}", seconds % 60)
}

/// The bridge's functions print no tokens. Code that is being worked on may.
fn without_tokens(text: &str) -> Cow<'_, str> {
    let Some((before, rest)) = text.split_once(TOKEN) else { return Cow::Borrowed(text) };
    // Base64, also where it is part of a URL.
    let after = rest.trim_start_matches(|next: char| next.is_ascii_alphanumeric() || "+/=%-_".contains(next));
    Cow::Owned(format!("{before}<task token>{}", without_tokens(after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_heard_of_late_is_told_in_its_place() {
        let mut lines = Lines::default();
        lines.add(36_000_123, "execution", "started");
        lines.add(36_000_500, "check-credit", "later");
        lines.add(36_000_200, "queue", "gets it");
        lines.add_below(36_000_200, "  and more");
        let told: Vec<_> = lines.until(36_000_300).collect();
        assert_eq!(
            told,
            ["10:00:00.123  execution          started", "10:00:00.200  queue              gets it", "  and more"]
        );
        assert_eq!(lines.until(i64::MAX).count(), 1);
        assert_eq!(lines.until(i64::MAX).count(), 0);
    }

    #[test]
    fn tokens_are_not_shown_wherever_they_stand() {
        let text = format!(r#"got {{"taskToken":"{TOKEN}AAAA+b/c=="}} and ?token={TOKEN}x%2By%3D&more, {TOKEN}"#);
        let shown = without_tokens(&text);
        assert_eq!(shown, r#"got {"taskToken":"<task token>"} and ?token=<task token>&more, <task token>"#);
        assert_eq!(without_tokens("nothing to hide"), "nothing to hide");
    }
}
