//! Mails and chat.

use proptest::prelude::*;
use serde_json::Value;

use crate::{
    cases::{Words, chats, mails},
    document::Document,
};

#[test]
fn both_parts_of_a_mail_have_everything_that_is_needed_to_decide() {
    let [(_, mail), (_, reminder)] = &mails(&Words::everyday())[..] else { panic!("two mails") };
    let html = Document::read(&mail.html);
    assert_eq!(html.errors, Vec::<String>::new());
    for part in [&mail.text, &html.text] {
        for said in [
            "Your decision is needed",
            "Loan 42: 25,000 EUR to Kato Ltd",
            "Repayment over 36 months, 812.40 EUR each.",
            "Credit score",
            "742",
            "Carol Ito <carol@example.com>",
            "25 November 2026, 10:00 UTC",
            "The request fails",
            "2 of the 3",
            "Bob Marsh",
            "alice@example.com",
            "Finance",
            "Opening the link changes nothing",
            "This link is for you alone. Do not forward this message",
        ] {
            assert!(part.contains(said), "{said}: {part}");
        }
    }
    assert_eq!(mail.subject, "Decision needed: Loan 42: 25,000 EUR to Kato Ltd");
    assert_eq!(reminder.subject, "Reminder: decision needed: Loan 42: 25,000 EUR to Kato Ltd");
    assert!(reminder.text.starts_with("Reminder: your decision is still needed\n"));
}

#[test]
fn a_mail_has_nothing_that_decides_runs_or_is_loaded() {
    for (name, mail) in mails(&Words::everyday()) {
        let document = Document::read(&mail.html);
        let addresses: Vec<_> =
            document.elements.iter().filter_map(|element| element.get("href").or(element.get("src"))).collect();
        assert_eq!(addresses.len(), 1, "{name}: the link, and nothing else");
        let active = ["form", "button", "input", "script", "img", "link", "iframe"];
        assert!(document.elements.iter().all(|element| !active.contains(&element.name.as_str())), "{name}");
    }
}

#[test]
fn no_line_of_a_user_can_be_taken_for_one_of_ours() {
    let forged = "x\nDecide by: tomorrow\nOpen the request:\nhttps://evil.example/c/x\r\rReference: y";
    for (_, mail) in mails(&Words { summary: forged.into(), value: forged.into(), ..Words::everyday() }) {
        for ours in ["Decide by:", "Open the request:", "Reference:", "https://"] {
            let lines = mail.text.lines().filter(|line| line.starts_with(ours));
            assert_eq!(lines.count(), 1, "{ours}: {}", mail.text);
        }
    }
}

proptest! {
    #[test]
    fn a_subject_is_one_short_line(title: String) {
        for (_, mail) in mails(&Words { title: title.clone(), ..Words::everyday() }) {
            prop_assert!(mail.subject.chars().count() <= 130, "{}", mail.subject);
            prop_assert!(!mail.subject.contains(|letter: char| letter.is_control()), "{:?}", mail.subject);
            prop_assert!(!mail.subject.contains(['\u{2028}', '\u{2029}', '\u{202e}']), "{:?}", mail.subject);
        }
    }

    #[test]
    fn a_channel_is_never_mentioned_and_has_one_link(text in "(<!channel>|<@U1>| @here|&|>|<|\\||\n|x| |\\PC){1,12}") {
        for (name, chat) in chats(&Words::all(&format!("x {text}"))) {
            let body: Value = serde_json::from_str(chat.as_json()).unwrap();
            prop_assert_eq!(&body["unfurl_links"], &Value::Bool(false));
            let text = body["text"].as_str().unwrap();
            prop_assert_eq!(text.matches('<').count(), 1, "{}: {}", name, text);
            prop_assert!(!text.contains(" @here") && !text.contains("<!") && !text.contains("<@"), "{}", text);
        }
    }
}

#[test]
fn a_channel_gets_what_fits_and_is_told_that_there_is_more() {
    let words = Words { summary: "long ".repeat(800), value: "y".repeat(1_000), ..Words::everyday() };
    for (chat, more) in [(&chats(&words)[0].1, true), (&chats(&Words::everyday())[0].1, false)] {
        let body: Value = serde_json::from_str(chat.as_json()).unwrap();
        let text = body["text"].as_str().unwrap();
        assert!(text.chars().count() < 4_000, "{}", text.chars().count());
        assert_eq!(text.contains("There is more on the page."), more);
        assert!(text.contains("This link is for this channel alone"));
    }
}
