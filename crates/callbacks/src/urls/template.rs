//! Texts with places that are filled in, as Python's `string.Template.substitute` has them: `$name`, `${name}`, and `$$` for a `$`.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use askama::filters::{Html, escape};
use callback_bridge::TaskOutput;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::{ErrorName, Refused};

/// What is filled in, by name.
pub(super) enum Parameters<'a> {
    /// The query of a URL. Of two with one name the last counts.
    Query(BTreeMap<&'a str, &'a str>),
    /// One letter, whatever the name: to see whether anything can be filled in at all.
    Letters,
}

/// Where something is filled in, which says how it is written there.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// A text, or what is written as JSON afterwards.
    Text,
    /// HTML: between tags, or between the quotes of an attribute.
    Html,
    /// A URL.
    Url,
}

/// Everything that may stand in a segment of a path, or in a value of a query, as it is.
const NOT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

enum Piece<'a> {
    Literal(&'a str),
    Name(&'a str),
    /// A `$` that begins nothing.
    Stray,
}

impl<'a> Parameters<'a> {
    pub(super) fn of(query: &'a [(String, String)]) -> Self {
        Self::Query(query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect())
    }

    /// Fills in a text.
    pub(super) fn text(&self, template: &str, place: Place) -> Result<String, Refused> {
        self.filling(place).text(template)
    }

    /// Fills in every text of a value, the names of fields too.
    pub(super) fn value(&self, template: &Value) -> Result<Value, Refused> {
        self.filling(Place::Text).value(template)
    }

    /// Those that are filled into a template, each once.
    pub(super) fn within(&self, template: &str) -> Vec<(String, String)> {
        let names: BTreeSet<_> = names(template).collect();
        let found = names.into_iter().filter_map(|name| Some((name.to_owned(), self.get(name)?.to_owned())));
        found.collect()
    }

    fn get(&self, name: &str) -> Option<&str> {
        match self {
            Self::Query(query) => query.get(name).copied(),
            Self::Letters => Some("x"),
        }
    }

    fn filling(&self, place: Place) -> Filling<'_> {
        Filling { parameters: self, place, left: TaskOutput::MAX_BYTES }
    }
}

/// Whether anything is filled in.
pub(super) fn is_filled_in(template: &str) -> bool {
    names(template).next().is_some()
}

fn names(template: &str) -> impl Iterator<Item = &str> {
    pieces(template).filter_map(|piece| match piece {
        Piece::Name(name) => Some(name),
        Piece::Literal(_) | Piece::Stray => None,
    })
}

/// One template that is being filled in. What would become too large is not built.
struct Filling<'a> {
    parameters: &'a Parameters<'a>,
    place: Place,
    left: usize,
}

impl Filling<'_> {
    fn value(&mut self, template: &Value) -> Result<Value, Refused> {
        Ok(match template {
            Value::String(text) => self.text(text)?.into(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?,
            Value::Object(fields) => {
                let mut filled = Map::new();
                for (name, value) in fields {
                    let before = filled.insert(self.text(name)?, self.value(value)?);
                    // Of two letters that are the same, nothing follows.
                    if before.is_some() && matches!(self.parameters, Parameters::Query(_)) {
                        return Err(refused("the parameters make one name of two"));
                    }
                }
                filled.into()
            }
            other => other.clone(),
        })
    }

    fn text(&mut self, template: &str) -> Result<String, Refused> {
        let mut filled = String::new();
        for piece in pieces(template) {
            match piece {
                Piece::Literal(text) => self.push(&mut filled, text.into())?,
                Piece::Name(name) => {
                    let value = self.parameters.get(name).ok_or_else(|| missing(name))?;
                    self.room_for(value)?;
                    self.push(&mut filled, self.written(value))?;
                }
                Piece::Stray => {
                    return Err(refused("a `$` stands before no name of a parameter; write `$$` for a `$`"));
                }
            }
        }
        Ok(filled)
    }

    fn written<'a>(&self, value: &'a str) -> Cow<'a, str> {
        match self.place {
            Place::Text => value.into(),
            Place::Html => {
                let Ok(escaped) = escape(value, Html);
                escaped.to_string().into()
            }
            Place::Url => utf8_percent_encode(value, NOT_UNRESERVED).into(),
        }
    }

    fn push(&mut self, filled: &mut String, text: Cow<'_, str>) -> Result<(), Refused> {
        self.room_for(&text)?;
        self.left -= text.len();
        filled.push_str(&text);
        Ok(())
    }

    fn room_for(&self, text: &str) -> Result<(), Refused> {
        if text.len() <= self.left { Ok(()) } else { Err(too_large()) }
    }
}

fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let (piece, behind) = next(rest)?;
        rest = behind;
        Some(piece)
    })
}

fn next(template: &str) -> Option<(Piece<'_>, &str)> {
    let Some(behind) = template.strip_prefix('$') else {
        let (literal, rest) = template.split_at(template.find('$').unwrap_or(template.len()));
        return (!literal.is_empty()).then_some((Piece::Literal(literal), rest));
    };
    if let Some(rest) = behind.strip_prefix('$') {
        return Some((Piece::Literal("$"), rest));
    }
    let braced = behind.strip_prefix('{').map(name).and_then(|(name, rest)| Some((name, rest.strip_prefix('}')?)));
    let (name, rest) = braced.unwrap_or_else(|| name(behind));
    Some(if name.is_empty() { (Piece::Stray, behind) } else { (Piece::Name(name), rest) })
}

/// The name at the beginning of a text, if there is one, and what is behind it.
fn name(text: &str) -> (&str, &str) {
    let of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let end = match text.chars().next() {
        Some(first) if of_name(first) && !first.is_ascii_digit() => text.find(|letter| !of_name(letter)),
        _ => Some(0),
    };
    text.split_at(end.unwrap_or(text.len()))
}

fn missing(name: &str) -> Refused {
    refused(&format!("the URL has no parameter `{name}`"))
}

fn too_large() -> Refused {
    refused(&format!("what the parameters make has more than {} bytes", TaskOutput::MAX_BYTES))
}

pub(super) fn refused(why: &str) -> Refused {
    Refused::new(ErrorName::OutputFormatting, why)
}
