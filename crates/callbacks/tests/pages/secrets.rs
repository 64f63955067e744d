//! What is in no page: scripts, addresses, links, tokens.

use base64::{Engine, engine::general_purpose::STANDARD};
use callbacks::pages::headers;
use sha2::{Digest, Sha256};

use crate::{
    cases::{Question, TOKEN, Words, approval, chats, links, mails, pages},
    document::Document,
};

#[test]
fn nothing_runs_and_nothing_is_loaded() {
    for case in pages(&Words::everyday()) {
        let name = case.name;
        let document = Document::read(&case.html.body);
        for element in &document.elements {
            let banned =
                ["script", "link", "img", "iframe", "object", "embed", "base", "svg", "picture", "video", "audio"];
            assert!(!banned.contains(&element.name.as_str()), "{name}: {element:?}");
            for (attribute, value) in &element.attributes {
                assert!(!attribute.starts_with("on"), "{name}: {element:?}");
                let loads = ["src", "srcset", "action", "formaction", "style", "background", "ping", "http-equiv"];
                assert!(!loads.contains(&attribute.as_str()), "{name}: {element:?}");
                assert!(attribute != "href" || value.starts_with('#'), "{name}: {element:?}");
            }
        }
        assert!(!case.html.body.contains("://"), "{name} has an address");
        let style = &document.the("style").text;
        assert!(!style.contains("url(") && !style.contains("@import") && !style.contains('<'), "{name}");
    }
}

#[test]
fn the_policy_names_the_hash_of_the_one_stylesheet() {
    let (_, policy) = headers().iter().find(|(name, _)| *name == "content-security-policy").unwrap();
    for case in pages(&Words::everyday()) {
        let style = Document::read(&case.html.body).the("style").text.clone();
        let hash = STANDARD.encode(Sha256::digest(style));
        let expected = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        assert_eq!(**policy, expected, "{}", case.name);
    }
}

#[test]
fn every_response_has_the_headers_that_keep_it_private() {
    for header in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-robots-tag", "noindex, nofollow"),
        ("strict-transport-security", "max-age=63072000"),
    ] {
        assert!(headers().contains(&header), "{header:?}");
    }
    assert!(
        headers().iter().all(|(name, value)| *name == name.to_lowercase() && value.is_ascii() && !value.contains('\n'))
    );
}

#[test]
fn no_page_and_no_json_has_a_token_or_a_link() {
    let words = Words::everyday();
    let request = Question::new(approval(&words)).0.request;
    let mut secrets = vec![TOKEN.to_owned(), request.attempt.to_string()];
    for link in links(&request) {
        let secret = link.secret();
        secrets.extend([secret.rsplit('.').next().unwrap().to_owned(), secret]);
    }
    for case in pages(&words) {
        for response in [&case.html, &case.json] {
            let sent = format!("{response:?}");
            assert!(secrets.iter().all(|secret| !sent.contains(secret)), "{}", case.name);
            assert!(!sent.contains("/c/"), "{}", case.name);
        }
    }
}

#[test]
fn a_notice_has_the_link_of_its_recipient_alone_and_no_token() {
    let words = Words::everyday();
    let request = Question::new(approval(&words)).0.request;
    let [alice, bob, finance] = &links(&request)[..] else { panic!("three are asked") };
    let address = |link: &callbacks::CapabilityLink| format!("https://decide.example.com/c/{}", link.secret());
    for (name, mail) in mails(&words) {
        for part in [&mail.text, &mail.html] {
            assert!(part.contains(&address(bob)), "{name}");
            assert!(
                !part.contains(&alice.secret()) && !part.contains(&finance.secret()) && !part.contains(TOKEN),
                "{name}"
            );
        }
        assert!(!mail.subject.contains("/c/") && !format!("{mail:?}").contains(&bob.secret()), "{name}");
    }
    for (name, chat) in chats(&words) {
        let body: serde_json::Value = serde_json::from_str(chat.as_json()).unwrap();
        let text = body["text"].as_str().unwrap();
        assert!(text.contains(&format!("<{}|", address(finance))), "{name}");
        assert!(!text.contains(&bob.secret()) && !text.contains(TOKEN), "{name}");
        assert!(!format!("{chat:?}").contains(&finance.secret()), "{name}");
    }
}
