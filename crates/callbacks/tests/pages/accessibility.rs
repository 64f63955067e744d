//! What can be checked by reading: language, title, headings, labels, and that what is referred to is there.

use std::collections::HashSet;

use crate::{
    cases::{Words, mails, pages},
    document::{Document, Element},
};

fn documents() -> Vec<(&'static str, Document)> {
    let words = Words::everyday();
    let pages = pages(&words).into_iter().map(|case| (case.name, Document::read(&case.html.body)));
    let mails = mails(&words).into_iter().map(|(name, mail)| (name, Document::read(&mail.html)));
    pages.chain(mails).collect()
}

#[test]
fn every_document_has_a_language_a_title_and_one_first_heading() {
    let mut titles = HashSet::new();
    for (name, document) in documents() {
        let html = document.the("html");
        assert_eq!((html.get("lang"), html.get("dir")), (Some("en"), Some("ltr")), "{name}");
        let title = &document.the("title").text;
        assert!(title.contains(&document.the("h1").text), "{name}: {title}");
        titles.insert(title.clone());
        assert!(document.all("h3").count() == 0, "{name}: no level is left out");
        let viewport = document.all("meta").find(|meta| meta.get("name") == Some("viewport")).unwrap();
        assert_eq!(viewport.get("content"), Some("width=device-width, initial-scale=1"), "{name}: it can be enlarged");
    }
    assert!(titles.len() > 10, "{titles:?}");
}

#[test]
fn everything_is_in_a_landmark() {
    for (name, document) in documents().into_iter().filter(|(name, _)| !name.starts_with("mail")) {
        document.the("main");
        let outside = document.elements.iter().filter(|element| {
            let within = |landmark: &str| element.within.iter().any(|name| name == landmark);
            within("body")
                && !within("main")
                && !within("footer")
                && !matches!(element.name.as_str(), "main" | "footer")
        });
        assert_eq!(outside.count(), 0, "{name}");
    }
}

#[test]
fn every_control_has_a_label() {
    let mut controls = 0;
    for (name, document) in documents() {
        for control in document.elements.iter().filter(|element| is_control(element)) {
            controls += 1;
            let labelled = control.within.last().is_some_and(|name| name == "label")
                || document
                    .all("label")
                    .any(|label| label.get("for").is_some() && label.get("for") == control.get("id"));
            assert!(labelled, "{name}: {control:?}");
        }
        for group in document.all("fieldset") {
            assert!(document.all("legend").any(|legend| legend.within.last() == Some(&group.name)), "{name}");
        }
    }
    assert!(controls > 20, "{controls}");
}

fn is_control(element: &Element) -> bool {
    match element.name.as_str() {
        "textarea" | "select" => true,
        "input" => element.get("type") != Some("hidden"),
        _ => false,
    }
}

#[test]
fn what_is_referred_to_is_there_once() {
    for (name, document) in documents() {
        let mut ids = HashSet::new();
        for id in document.elements.iter().filter_map(|element| element.get("id")) {
            assert!(ids.insert(id), "{name}: #{id} is there twice");
        }
        for element in &document.elements {
            let listed = ["aria-labelledby", "aria-describedby", "for"].map(|attribute| element.get(attribute));
            let anchor = element.get("href").and_then(|href| href.strip_prefix('#'));
            let mut referred = listed.into_iter().chain([anchor]).flatten().flat_map(str::split_whitespace);
            assert!(referred.all(|id| ids.contains(id)), "{name}: {element:?}");
        }
    }
}

#[test]
fn an_error_is_announced_linked_and_beside_its_field() {
    for (name, field) in [
        ("choice-missing", Some("approve")),
        ("comment-missing", Some("comment")),
        ("comment-too-long", Some("comment")),
        ("out-of-date", None),
        ("own-request", None),
        ("not-recorded", None),
    ] {
        let (_, document) = documents().into_iter().find(|(found, _)| *found == name).unwrap();
        assert!(document.the("title").text.starts_with("Error: "), "{name}");
        let summary = document.elements.iter().find(|element| element.get("role") == Some("alert")).unwrap();
        assert_eq!((summary.get("tabindex"), summary.get("autofocus")), (Some("-1"), Some("")), "{name}");
        let links: Vec<_> = document.all("a").filter_map(|link| link.get("href")?.strip_prefix('#')).collect();
        assert_eq!(links, Vec::from_iter(field), "{name}");
        let beside = field.map(|field| if field == "comment" { "comment-error" } else { "choice-error" });
        if let Some(beside) = beside {
            assert_eq!(document.by_id(beside).text, document.all("a").next().unwrap().text, "{name}");
        }
        let invalid = document.the("textarea").get("aria-invalid");
        assert_eq!(invalid.is_some(), field == Some("comment"), "{name}");
    }
}

#[test]
fn nothing_is_chosen_beforehand_and_a_choice_is_required() {
    let (_, document) = documents().into_iter().find(|(name, _)| *name == "open").unwrap();
    for choice in ["approve", "reject"] {
        let input = document.by_id(choice);
        assert_eq!(
            (input.get("type"), input.get("value"), input.get("name")),
            (Some("radio"), Some(choice), Some("choice"))
        );
        assert!(input.get("required").is_some() && input.get("checked").is_none());
    }
    assert_eq!(document.the("button").text, "Send your decision");
    assert_eq!(document.the("textarea").get("required"), None);
    let (_, alone) = documents().into_iter().find(|(name, _)| *name == "open-alone").unwrap();
    assert_eq!(alone.the("textarea").get("required"), Some(""), "a comment that is always needed");
}
