//! Which form of a page is wanted.

use std::cmp::Reverse;

/// A form of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A document for people.
    Html,
    /// The same for programs.
    Json,
}

impl Format {
    /// Which form a client wants, by its `Accept` header, and by the `Content-Type` of what it sent, if it sent anything.
    ///
    /// The links are for people, whose browsers ask for HTML by name; a program asks for JSON by name, or shows that it
    /// speaks it by sending it. Whoever does neither (`*/*`, or no header at all) gets HTML: a person with an unusual
    /// program can read that, and what fetches links without being asked gets no data to work with. Nothing is answered
    /// by 406: a page in another form than wanted is better than none.
    #[must_use]
    pub fn wanted(accept: Option<&str>, sent: Option<&str>) -> Self {
        let accept = accept.unwrap_or("*/*");
        let html = quality(accept, "text/html");
        let json = quality(accept, "application/json").max(quality(accept, "application/problem+json"));
        let speaks_json = sent.is_some_and(|sent| media_type(sent) == "application/json");
        match json.cmp(&html) {
            std::cmp::Ordering::Greater => Self::Json,
            std::cmp::Ordering::Equal if speaks_json => Self::Json,
            std::cmp::Ordering::Equal | std::cmp::Ordering::Less => Self::Html,
        }
    }
}

/// A media type without its parameters, in small letters.
pub(crate) fn media_type(header: &str) -> String {
    header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Which of these types is wanted most. Of those that are wanted alike it is the one that the header names first, and then the
/// first of these; so it is where none is wanted.
pub(crate) fn preferred<'a>(accept: &str, types: &[&'a str]) -> &'a str {
    let wish = |name: &str| {
        let quality = quality(accept, name);
        let named_at = accept.split(',').position(|range| media_type(range) == name);
        (quality, Reverse(named_at.filter(|_| quality > (0, 0)).unwrap_or(usize::MAX)))
    };
    types.iter().rev().max_by_key(|name| wish(name)).copied().unwrap_or_default()
}

/// How much a type is wanted: in thousandths, and by what, its name counting more than `*/*`. Of the ranges that match it
/// the most specific counts (RFC 9110, 12.5.1).
fn quality(accept: &str, wanted: &str) -> (u16, u8) {
    let kind = wanted.split('/').next().unwrap_or_default();
    let matching = accept.split(',').filter_map(|range| {
        let specificity = match media_type(range) {
            exact if exact == wanted => 2,
            any if any.strip_suffix("/*") == Some(kind) => 1,
            any if any == "*/*" => 0,
            _ => return None,
        };
        Some((specificity, thousandths(range)))
    });
    matching.max().filter(|(_, thousandths)| *thousandths > 0).map_or((0, 0), |(by, thousandths)| (thousandths, by))
}

/// The weight of a range: 1 unless it says otherwise, 0 if it says what is no weight.
fn thousandths(range: &str) -> u16 {
    let weights = range.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let weight =
        weights.filter(|(name, _)| name.trim().eq_ignore_ascii_case("q")).map(|(_, weight)| weight.trim()).next();
    let Some(weight) = weight else { return 1000 };
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = format!("{whole}{part:0<3}");
    digits.parse().ok().filter(|thousandths| *thousandths <= 1000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn browsers_get_html_and_who_asks_for_json_gets_json() {
        let chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
        for (accept, sent, wanted) in [
            (Some(chrome), None, Format::Html),
            (Some(chrome), Some("application/x-www-form-urlencoded"), Format::Html),
            (Some("text/html"), Some("application/json"), Format::Html),
            (Some("application/json"), None, Format::Json),
            (Some("application/problem+json"), None, Format::Json),
            (Some("Application/JSON; charset=utf-8"), None, Format::Json),
            (Some("application/json, text/plain, */*"), None, Format::Json),
            (Some("text/html;q=0.5, application/json;q=0.9"), None, Format::Json),
            (Some("text/html;q=0.9, application/json;q=0.5"), None, Format::Html),
            (Some("*/*, application/json;q=0"), None, Format::Html),
            (Some("application/*, text/*;q=0.1"), None, Format::Json),
            (Some("image/png"), None, Format::Html),
            (Some("image/png, application/json;q=0"), None, Format::Html),
            (Some("text/html, application/json"), None, Format::Html),
            (Some("*/*"), None, Format::Html),
            (Some("*/*"), Some("application/json; charset=utf-8"), Format::Json),
            (None, Some("application/json"), Format::Json),
            (None, None, Format::Html),
            (Some(""), None, Format::Html),
        ] {
            assert_eq!(Format::wanted(accept, sent), wanted, "{accept:?}, {sent:?}");
        }
    }

    #[test]
    fn a_weight_is_read_as_the_standard_writes_it() {
        for (range, weight) in
            [("a/b", 1000), ("a/b;q=0.25", 250), ("a/b; Q=1", 1000), ("a/b;q=0", 0), ("a/b;q=7", 0), ("a/b;q=x", 0)]
        {
            assert_eq!(thousandths(range), weight, "{range}");
        }
    }

    #[test]
    fn of_types_that_are_wanted_alike_the_first_is_preferred() {
        let types = ["application/json", "text/html", "text/plain"];
        for (accept, preferred_one) in [
            ("text/html, application/json", "text/html"),
            ("text/plain, text/html;q=0.9, */*", "text/plain"),
            ("text/plain;q=0.3, text/html;q=0.2", "text/plain"),
            ("text/plain;q=0.2, text/html;q=0.3", "text/html"),
            ("text/*", "text/html"),
            ("*/*", "application/json"),
            ("*/*, application/json;q=0", "text/html"),
            ("text/html;q=0", "application/json"),
            ("image/png", "application/json"),
            ("", "application/json"),
        ] {
            assert_eq!(preferred(accept, &types), preferred_one, "{accept}");
        }
    }

    proptest! {
        #[test]
        fn no_header_upsets_it(accept: Option<String>, sent: Option<String>) {
            let _ = Format::wanted(accept.as_deref(), sent.as_deref());
        }
    }
}
