//! What somebody typed, made fit to be looked at.

use std::fmt;

/// A text that others wrote, in which nothing is hidden and nothing changes the order of what is read.
///
/// It is plain text; whoever writes it into a document escapes it for that document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserText(String);

/// What becomes of a character.
enum Shown {
    AsItIs,
    /// It ends a line.
    Break,
    /// It could lead the eye astray, so that its name stands in its place.
    ByName,
    /// It shows nothing and changes nothing.
    NotAtAll,
}

impl UserText {
    /// A text of several lines; every way to end a line is a line feed then.
    pub(crate) fn text(typed: &str) -> Self {
        let mut text = String::with_capacity(typed.len());
        for letter in typed.replace("\r\n", "\n").chars() {
            match shown(letter) {
                Shown::AsItIs => text.push(letter),
                Shown::Break => text.push('\n'),
                Shown::ByName => text.push_str(&name_of(letter)),
                Shown::NotAtAll => {}
            }
        }
        Self(text)
    }

    /// A text of one line, with one space wherever there was any.
    pub(crate) fn line(typed: &str) -> Self {
        let words: Vec<_> = Self::text(typed).0.split_whitespace().map(str::to_owned).collect();
        Self(words.join(" "))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn lines(&self) -> std::str::Lines<'_> {
        self.0.lines()
    }

    /// At most as many characters, the last of which says that there were more.
    pub(crate) fn cut(self, most: usize) -> Self {
        match self.0.char_indices().nth(most) {
            None => self,
            Some(_) => Self(self.0.chars().take(most.saturating_sub(1)).chain(['…']).collect()),
        }
    }
}

impl fmt::Display for UserText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn name_of(letter: char) -> String {
    format!("[U+{:04X}]", u32::from(letter))
}

fn shown(letter: char) -> Shown {
    match letter {
        // A tab, and what joins letters in many scripts and the parts of an emoji.
        '\t' | '\u{200c}' | '\u{200d}' => Shown::AsItIs,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Shown::Break,
        // Embeddings, overrides and isolates of the bidirectional algorithm: "0001" may read "1000" behind them.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Shown::ByName,
        // What has no width and needs no letter beside it, of Unicode's Default_Ignorable_Code_Point; language tags.
        '\u{ad}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e00ff}' => Shown::NotAtAll,
        control if control.is_control() => Shown::ByName,
        _ => Shown::AsItIs,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_turns_the_order_around_is_named() {
        assert_eq!(UserText::line("pay \u{202e}0001\u{202c} EUR").as_str(), "pay [U+202E]0001[U+202C] EUR");
        assert_eq!(UserText::line("a\u{0}b\u{7f}c\u{9b}d").as_str(), "a[U+0000]b[U+007F]c[U+009B]d");
    }

    #[test]
    fn what_shows_nothing_is_left_out() {
        assert_eq!(UserText::text("\u{feff}pay\u{200b}pal\u{e0061}\u{3164}").as_str(), "paypal");
        assert_eq!(UserText::line("5\u{200f}-\u{200f}10").as_str(), "5-10");
    }

    #[test]
    fn letters_of_every_script_and_emojis_stay() {
        for text in ["می‌خواهم", "क्‍ष", "👩‍💻 ❤️", "שלום 42", "Ünïcödé"] {
            assert_eq!(UserText::text(text).as_str(), text);
        }
    }

    #[test]
    fn every_end_of_a_line_is_one() {
        assert_eq!(UserText::text("a\r\nb\rc\u{2028}d\u{85}e\nf").lines().count(), 6);
        assert_eq!(UserText::line(" a\r\n\tb\u{a0}\u{2029} c ").as_str(), "a b c");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(UserText::line("aééé").cut(4).as_str(), "aééé");
        assert_eq!(UserText::line("aéééé").cut(4).as_str(), "aéé…");
    }

    proptest! {
        #[test]
        fn nothing_that_hides_or_reorders_is_left(typed: String) {
            let text = UserText::text(&typed);
            let harmless = |letter| matches!(letter, '\n') || matches!(shown(letter), Shown::AsItIs);
            prop_assert!(text.as_str().chars().all(harmless), "{text:?}");
            let line = UserText::line(&typed);
            prop_assert!(!line.as_str().contains(['\n', '\r', '\t', '\u{2028}']), "{line:?}");
            prop_assert_eq!(&UserText::text(text.as_str()), &text);
        }
    }
}
