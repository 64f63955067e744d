//! Paths of routes, and which of them fit a request best.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// The path of a route, such as `/c/{link}`, `/{proxy+}` or `$default`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    Segments(Vec<Segment>),
    Default,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Text(String),
    Parameter(String),
    Greedy(String),
}

impl Pattern {
    pub(super) fn new(path: &str) -> Self {
        if path == "$default" {
            return Self::Default;
        }
        Self::Segments(path.trim_start_matches('/').split('/').map(Segment::new).collect())
    }

    /// The parameters in the path of a request, decoded, if it fits.
    pub(super) fn parameters(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut parameters = BTreeMap::new();
        let Self::Segments(segments) = self else { return Some(parameters) };
        let mut rest = Some(path.strip_prefix('/')?);
        for segment in segments {
            let left = rest?;
            let (first, after) = left.split_once('/').map_or((left, None), |(first, after)| (first, Some(after)));
            let (name, value, after) = match segment {
                Segment::Text(text) if *text == decoded(first) => {
                    rest = after;
                    continue;
                }
                Segment::Text(_) => return None,
                Segment::Parameter(name) => (name, first, after),
                Segment::Greedy(name) => (name, left, None),
            };
            if value.is_empty() {
                return None;
            }
            parameters.insert(name.clone(), decoded(value).into_owned());
            rest = after;
        }
        rest.is_none().then_some(parameters)
    }

    /// Of two that fit, the one with the lower rank fits better: text before parameters, parameters before greedy ones, and
    /// `$default` last.
    pub(super) fn rank(&self) -> Vec<u8> {
        let Self::Segments(segments) = self else { return vec![3] };
        let rank = |segment: &Segment| match segment {
            Segment::Text(_) => 0,
            Segment::Parameter(_) => 1,
            Segment::Greedy(_) => 2,
        };
        segments.iter().map(rank).collect()
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            None => Self::Text(text.to_owned()),
            Some(name) => match name.strip_suffix('+') {
                None => Self::Parameter(name.to_owned()),
                Some(name) => Self::Greedy(name.to_owned()),
            },
        }
    }
}

/// Without its percent-encoding, as HTTP APIs hand over paths and their parameters.
pub(super) fn decoded(path: &str) -> Cow<'_, str> {
    percent_decode_str(path).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_what_stands_in_their_places() {
        let found = |pattern: &str, path: &str| {
            let parameters = Pattern::new(pattern).parameters(path)?;
            Some(parameters.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "))
        };
        for (pattern, path, expected) in [
            ("/", "/", Some("")),
            ("/", "/a", None),
            ("/c", "/c", Some("")),
            ("/c", "/c/", None),
            ("/c", "/d", None),
            ("/c/{link}", "/c/a.b.c", Some("link=a.b.c")),
            ("/c/{link}", "/c/a%20b%2Fc", Some("link=a b/c")),
            ("/c/{link}", "/c/", None),
            ("/c/{link}", "/c", None),
            ("/c/{link}", "/c/a/b", None),
            ("/c/{link}/{name}", "/c/a/b", Some("link=a name=b")),
            ("/{proxy+}", "/a/b%20c", Some("proxy=a/b c")),
            ("/{proxy+}", "/", None),
            ("/a/{proxy+}", "/a", None),
            ("$default", "/a/b", Some("")),
        ] {
            assert_eq!(found(pattern, path).as_deref(), expected, "{pattern} {path}");
        }
    }
}
