//! What must not be found where others read: the secrets of links, and tokens that nobody needs any more.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use callback_bridge_local::{Line, people::Mail};

use crate::bench::TOKEN;

/// An item as it is in the table.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// What the links in these mails prove themselves by.
pub(super) fn of(mails: &[Mail]) -> BTreeSet<String> {
    let links = mails.iter().map(|mail| mail.link().expect("a mail has a link"));
    links.map(|link| link.rsplit('.').next().unwrap().to_owned()).collect()
}

pub(super) fn assert_none_is_printed(lines: &[Line], secrets: &BTreeSet<String>) {
    for line in lines {
        assert!(!secrets.iter().any(|secret| line.text.contains(secret)), "a link was printed: {line}");
    }
}

/// A token is kept until its callback is settled, in the item of the state alone; a link is never kept.
pub(crate) fn assert_none_is_stored(items: &[Item], secrets: &BTreeSet<String>) {
    for item in items {
        let open = item.get("status").is_some_and(|status| status.as_s().unwrap() != "settled");
        let mut rest = item.clone();
        assert_eq!(rest.remove("token").is_some(), open, "a token is kept too long, or not long enough: {item:?}");
        let rest = format!("{rest:?}");
        assert!(!rest.contains(TOKEN), "a token is stored elsewhere: {rest}");
        assert!(!secrets.iter().any(|secret| rest.contains(secret)), "a link is stored: {rest}");
    }
}

/// What every flow is searched for is found.
mod found {
    use super::*;

    const SECRET: &str = "4d0e1u_cdWz1D5Pb3DbYlQ";

    fn secrets() -> BTreeSet<String> {
        let text = format!("Open it:\nhttps://approve.example.com/c/00.0.{SECRET}\nBye");
        let mail = Mail {
            id: String::new(),
            sent_at: String::new(),
            from: String::new(),
            to: Vec::new(),
            subject: String::new(),
            text: Some(text),
            html: None,
        };
        of(&[mail])
    }

    fn item(fields: &[(&str, &str)]) -> Item {
        fields.iter().map(|(name, text)| ((*name).to_owned(), AttributeValue::S((*text).to_owned()))).collect()
    }

    #[test]
    #[should_panic(expected = "a link was printed")]
    fn in_a_line() {
        let line = Line { source: "receive-callback".into(), text: format!("GET /c/00.0.{SECRET}") };
        assert_none_is_printed(&[line], &secrets());
    }

    #[test]
    #[should_panic(expected = "a link is stored")]
    fn in_an_item() {
        assert_none_is_stored(&[item(&[("sk", "request"), ("document", SECRET)])], &secrets());
    }

    #[test]
    #[should_panic(expected = "a token is stored elsewhere")]
    fn beside_its_attribute() {
        let token = format!("{TOKEN}x");
        assert_none_is_stored(&[item(&[("status", "pending"), ("token", &token), ("document", &token)])], &secrets());
    }

    #[test]
    #[should_panic(expected = "a token is kept too long")]
    fn after_its_callback_was_settled() {
        assert_none_is_stored(&[item(&[("status", "settled"), ("token", TOKEN)])], &secrets());
    }
}
