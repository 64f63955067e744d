//! A document as a browser's tokenizer reads it.

use std::collections::BTreeMap;

use html5gum::{Token, Tokenizer, emitters::default::DefaultEmitter};

const VOID: [&str; 4] = ["br", "input", "meta", "link"];

#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) elements: Vec<Element>,
    /// All text that is read, one line for each piece of it.
    pub(crate) text: String,
    /// What is wrong with it: syntax, comments, tags that are closed in another order.
    pub(crate) errors: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    /// What it is within, the outermost first.
    pub(crate) within: Vec<String>,
    /// What is directly in it.
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }
}

impl Document {
    pub(crate) fn read(html: &str) -> Self {
        let mut emitter: DefaultEmitter = DefaultEmitter::default();
        // The content of a title, a stylesheet or a textarea is no markup.
        emitter.naively_switch_states(true);
        let mut document = Self::default();
        let mut open: Vec<usize> = Vec::new();
        for token in Tokenizer::new_with_emitter(html, emitter) {
            match token.unwrap() {
                Token::StartTag(tag) => {
                    let within = open.iter().map(|at| document.elements[*at].name.clone()).collect();
                    let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(&value.value)));
                    let name = text(&tag.name);
                    if !VOID.contains(&name.as_str()) {
                        open.push(document.elements.len());
                    }
                    document.elements.push(Element {
                        name,
                        attributes: attributes.collect(),
                        within,
                        text: String::new(),
                    });
                }
                Token::EndTag(tag) => match open.pop() {
                    Some(at) if document.elements[at].name == text(&tag.name) => {}
                    _ => document.errors.push(format!("</{}> closes nothing", text(&tag.name))),
                },
                Token::String(string) => {
                    let string = text(&string.value);
                    if let Some(at) = open.last() {
                        document.elements[*at].text.push_str(&string);
                    }
                    document.text.push_str(&string);
                    document.text.push('\n');
                }
                Token::Comment(comment) => document.errors.push(format!("a comment: {}", text(&comment.value))),
                Token::Doctype(_) => {}
                Token::Error(error) => document.errors.push(format!("{:?}", error.value)),
            }
        }
        document.errors.extend(open.iter().map(|at| format!("<{}> is left open", document.elements[*at].name)));
        document
    }

    pub(crate) fn all<'d>(&'d self, name: &str) -> impl Iterator<Item = &'d Element> + use<'d> {
        let name = name.to_owned();
        self.elements.iter().filter(move |element| element.name == name)
    }

    pub(crate) fn the(&self, name: &str) -> &Element {
        let [element] = self.all(name).collect::<Vec<_>>()[..] else { panic!("there is not one <{name}>") };
        element
    }

    pub(crate) fn by_id(&self, id: &str) -> &Element {
        let found: Vec<_> = self.elements.iter().filter(|element| element.get("id") == Some(id)).collect();
        let [element] = found[..] else { panic!("there is not one #{id}") };
        element
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
