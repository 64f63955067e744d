//! What people typed is text, and nothing else.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::{
    cases::{Words, mails, pages},
    document::{Document, Element},
};

const STYLE: &str = include_str!("../../templates/style.css");

/// Everything of a document but what people typed into it: line breaks are theirs, and the digest is of what they typed.
fn frame(html: &str) -> Vec<Element> {
    let without_style = html.replace(STYLE, "");
    let mut elements = Document::read(&without_style).elements;
    elements.retain(|element| element.name != "br");
    for element in &mut elements {
        element.text.clear();
        if element.get("name") == Some("shown") {
            element.attributes.insert("value".into(), "a digest".into());
        }
    }
    elements
}

fn documents(words: &Words) -> Vec<(&'static str, String)> {
    let pages = pages(words).into_iter().map(|case| (case.name, case.html.body));
    let mails = mails(words).into_iter().map(|(name, mail)| (name, mail.html));
    pages.chain(mails).collect()
}

/// A text of tags, quotes, ends of elements and entities, and of anything.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "<script>",
            "</script>",
            "</title>",
            "</textarea>",
            "</style>",
            "<!--",
            "-->",
            "]]>",
            "<img src=x onerror=x>",
            "\"",
            "'",
            "`",
            ">",
            "<",
            "&",
            "&lt;",
            "&#60;",
            "=",
            "/",
            " ",
            "\n",
            "\r\n",
            "\t",
            "{{",
            "{%",
            "\u{202e}",
            "https://evil.example",
            "javascript:x",
            "\u{0}",
            "<a href=x>",
            "<form action=x>",
            "</main>",
            "<base href=x>",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    // It begins with a letter, so that it is there.
    prop::collection::vec(piece, 1..12).prop_map(|pieces| format!("x{}", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_text_makes_a_tag_or_an_attribute(text in hostile()) {
        static PLAIN: LazyLock<Vec<Vec<Element>>> =
            LazyLock::new(|| documents(&Words::all("x")).iter().map(|(_, html)| frame(html)).collect());
        for ((name, hostile), plain) in documents(&Words::all(&text)).into_iter().zip(&*PLAIN) {
            prop_assert_eq!(&frame(&hostile), plain, "{}", name);
        }
    }
}

#[test]
fn what_was_typed_is_shown_as_it_was_typed() {
    let text = "<b>25,000</b> & \"more\" 'x' {{ 7 * 7 }} &amp; https://evil.example";
    for (name, html) in documents(&Words::all(text)) {
        let document = Document::read(&html);
        assert_eq!(document.errors, Vec::<String>::new(), "{name}");
        if document.all("dl").count() > 0 {
            assert!(document.text.contains(text), "{name}");
        }
        assert!(document.all("a").all(|link| !link.get("href").unwrap_or_default().contains("evil")), "{name}");
    }
}

#[test]
fn what_turns_text_around_is_shown_by_its_name() {
    for (name, html) in documents(&Words::all("pay \u{202e}0001\u{2069} EUR\u{200b}\u{7}")) {
        let document = Document::read(&html);
        // Only the form gives people back what they typed themselves.
        for element in document.elements.iter().filter(|element| element.name != "textarea") {
            assert!(!element.text.contains(['\u{202e}', '\u{2069}', '\u{200b}', '\u{7}']), "{name}: {element:?}");
        }
        if document.all("dl").count() > 0 {
            assert!(document.text.contains("pay [U+202E]0001[U+2069] EUR[U+0007]"), "{name}");
        }
    }
}

/// Each of them is in an element of its own that isolates it.
#[test]
fn what_was_typed_has_its_own_direction() {
    for (name, html) in documents(&Words::all("שלום 42")) {
        for element in Document::read(&html).elements {
            if element.text.contains("שלום") && !matches!(element.name.as_str(), "title" | "textarea") {
                let isolated = element.name == "bdi" || element.get("dir") == Some("auto");
                assert!(
                    isolated && element.get("class").is_some_and(|class| class.contains("typed")),
                    "{name}: {element:?}"
                );
            }
        }
    }
}
