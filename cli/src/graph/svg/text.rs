//! Texts in a picture.

/// How wide a text is, about: a picture does not know which font it is shown in.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(|character| if character.is_ascii() { 7.2 } else { 13.0 }).sum()
}

/// A text in which nothing is markup.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            control if control.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(escaped("<b a=\"1\"> & \u{1}"), "&lt;b a=&quot;1&quot;&gt; &amp;  ");
    }
}
