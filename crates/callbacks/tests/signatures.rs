//! Signatures of Standard Webhooks: what was signed is taken, as the official library signs it, and nothing else.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use base64::{Engine, engine::general_purpose::STANDARD};
use callbacks::signed::{
    ID, RegistrationError, SIGNATURE, SecretsError, Senders, SignatureError, SignedHeaders, SigningSecrets, TIMESTAMP,
};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use serde_json::json;

const NOW: i64 = 1_649_367_553;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

/// A secret that anybody can see.
fn whsec(bytes: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(bytes))
}

fn secrets(keys: &[&[u8]]) -> SigningSecrets {
    SigningSecrets::new(&keys.iter().map(|key| whsec(key)).collect::<Vec<_>>()).unwrap()
}

const OLD: &[u8] = b"an old key of twenty-four+";
const NEW: &[u8] = b"a new key of twenty-four++";

fn headers<'a>(id: &'a str, timestamp: &'a str, signature: &'a str) -> SignedHeaders<'a> {
    SignedHeaders { id: Some(id), timestamp: Some(timestamp), signature: Some(signature) }
}

/// Whether it is taken with these headers.
fn verify(
    secrets: &SigningSecrets,
    id: &str,
    timestamp: &str,
    signature: &str,
    body: &[u8],
) -> Result<(), SignatureError> {
    secrets.verify(headers(id, timestamp, signature), body, now())
}

/// From the tests of the official libraries.
#[test]
fn the_published_example_has_the_published_signature() {
    let secrets = SigningSecrets::new(&["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"]).unwrap();
    let (id, body) = ("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", r#"{"email":"test@example.com","username":"test_user"}"#);
    let signature = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
    assert_eq!(secrets.sign(id, now(), body), signature);
    assert_eq!(verify(&secrets, id, &NOW.to_string(), signature, body.as_bytes()), Ok(()));
}

#[test]
fn while_a_secret_changes_both_are_taken_and_both_sign() {
    let (old, both, new) = (secrets(&[OLD]), secrets(&[NEW, OLD]), secrets(&[NEW]));
    let by_both = both.sign("id", now(), "body");
    assert_eq!(by_both, format!("{} {}", new.sign("id", now(), "body"), old.sign("id", now(), "body")));
    let takes = |takes: &SigningSecrets, signature: &str| verify(takes, "id", &NOW.to_string(), signature, b"body");
    for secrets in [&old, &both, &new] {
        assert_eq!(takes(secrets, &by_both), Ok(()));
        assert_eq!(takes(&both, &secrets.sign("id", now(), "body")), Ok(()));
    }
    assert_eq!(takes(&new, &old.sign("id", now(), "body")), Err(SignatureError::Wrong));
}

#[test]
fn what_is_missing_or_malformed_is_named() {
    let secrets = secrets(&[NEW]);
    let timestamp = NOW.to_string();
    let all = headers("id", &timestamp, "v1,x");
    for (missing, name) in [
        (SignedHeaders { id: None, ..all }, ID),
        (SignedHeaders { timestamp: None, ..all }, TIMESTAMP),
        (SignedHeaders { signature: None, ..all }, SIGNATURE),
    ] {
        assert_eq!(secrets.verify(missing, b"", now()), Err(SignatureError::Missing(name)));
    }
    for id in ["", "a b", "a.b", "ä", "a\n", &"x".repeat(257)] {
        assert_eq!(
            verify(&secrets, id, &timestamp, &secrets.sign(id, now(), ""), b""),
            Err(SignatureError::MalformedId)
        );
    }
    for timestamp in ["", "+1649367553", "-1", "1649367553.0", " 1649367553", "now", "99999999999999999999", "١"] {
        assert_eq!(
            verify(&secrets, "id", timestamp, "v1,x", b""),
            Err(SignatureError::MalformedTimestamp),
            "{timestamp}"
        );
    }
    assert_eq!(verify(&secrets, &"x".repeat(256), &timestamp, &secrets.sign(&"x".repeat(256), now(), ""), b""), Ok(()));
}

#[test]
fn what_was_signed_too_long_ago_or_later_than_now_is_not_taken() {
    let secrets = secrets(&[NEW]);
    for (seconds, taken) in
        [(-301, Err(SignatureError::TooOld)), (-300, Ok(())), (300, Ok(())), (301, Err(SignatureError::InTheFuture))]
    {
        let at = now() + seconds.seconds();
        let signature = secrets.sign("id", at, "body");
        assert_eq!(verify(&secrets, "id", &at.as_second().to_string(), &signature, b"body"), taken, "{seconds}");
    }
    assert_eq!(verify(&secrets, "id", "0", "v1,x", b""), Err(SignatureError::TooOld));
    assert_eq!(verify(&secrets, "id", &i64::MAX.to_string(), "v1,x", b""), Err(SignatureError::InTheFuture));
}

#[test]
fn a_right_signature_is_found_among_others_but_not_behind_many() {
    let secrets = secrets(&[NEW]);
    let right = secrets.sign("id", now(), "body");
    let wrong = secrets.sign("other", now(), "body");
    let takes = |signatures: &[&str]| verify(&secrets, "id", &NOW.to_string(), &signatures.join(" "), b"body");
    assert_eq!(
        takes(&[
            "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
            &right
        ]),
        Ok(())
    );
    let others = [&*wrong; 7];
    assert_eq!(takes(&[&others[..], &[&right]].concat()), Ok(()));
    assert_eq!(takes(&[&others[..], &[&wrong, &right]].concat()), Err(SignatureError::Wrong));
    for signatures in ["", "v1,", &right[3..], &right.replace("v1,", "v2,"), &right[..right.len() - 4]] {
        assert_eq!(takes(&[signatures]), Err(SignatureError::Wrong), "{signatures}");
    }
}

#[test]
fn secrets_that_are_none_are_refused_and_not_shown() {
    let refused = |texts: &[&str]| SigningSecrets::new(texts).unwrap_err();
    assert_eq!(refused(&[]), SecretsError::None);
    assert_eq!(refused(&[&*whsec(NEW); 3]), SecretsError::TooMany { count: 3 });
    assert_eq!(refused(&[&whsec(NEW), &whsec(&NEW[..23])]), SecretsError::Short { bytes: 23 });
    for text in ["", "hidden", "whsec_hidden!", "whsk_aGlkZGVuaGlkZGVuaGlkZGVuaGlkZGVu"] {
        assert_eq!(refused(&[text]), SecretsError::Malformed);
    }
    assert_eq!(
        SigningSecrets::new(&[whsec(&NEW[..24])]).map(|secrets| format!("{secrets:?}")),
        Ok("SigningSecrets(1)".to_owned())
    );
}

#[test]
fn a_sender_is_known_by_its_name_and_says_which_task_it_means() {
    let text = json!({
        "payment-provider": { "verifyWith": [whsec(NEW), whsec(OLD)], "externalIdAt": "/data/paymentId" },
        "bank_2": { "verifyWith": [whsec(OLD)], "externalIdAt": "/id" },
    });
    let senders = Senders::read(&text.to_string()).unwrap();
    let sender = senders.get("payment-provider").unwrap();
    let signature = secrets(&[OLD]).sign("id", now(), "body");
    assert_eq!(sender.verify(headers("id", &NOW.to_string(), &signature), b"body", now()), Ok(()));
    let task = |event| sender.task_of(&event).map(|task| (task.sender, task.id));
    let of = |id: &str| Some(("payment-provider".to_owned(), id.to_owned()));
    assert_eq!(task(json!({ "data": { "paymentId": "p-1" } })), of("p-1"));
    assert_eq!(task(json!({ "data": { "paymentId": 17 } })), of("17"));
    for other in [json!(null), json!(""), json!(true), json!({}), json!("x".repeat(257))] {
        assert_eq!(task(json!({ "data": { "paymentId": other } })), None);
    }
    assert!(senders.get("bank").is_none() && Senders::default().get("bank_2").is_none());
    assert!(!format!("{senders:?}").contains(&STANDARD.encode(NEW)));
    assert!(Senders::read("{}").is_ok());
}

#[test]
fn senders_that_cannot_be_used_are_named_and_no_secret_is_shown() {
    let whsec = whsec(b"hidden, but of many bytes");
    let hidden = whsec.trim_start_matches("whsec_");
    let with = |verify_with, at| json!({ "bank": { "verifyWith": verify_with, "externalIdAt": at } });
    for (text, named) in [
        (json!([whsec]), None),
        (json!(whsec), None),
        (json!({ whsec.clone(): {} }), None),
        (json!({ "a b": {} }), None),
        (json!({ "bank": whsec }), Some("externalIdAt")),
        (json!({ "bank": [[whsec], "/id"] }), Some("externalIdAt")),
        (json!({ "bank": { "verifyWith": [whsec] } }), Some("externalIdAt")),
        (json!({ "bank": { "verifyWith": [whsec], "externalIdAt": "/id", "signWith": [whsec] } }), Some("verifyWith")),
        (with(json!(whsec), "/id"), Some("verifyWith")),
        (with(json!([]), "/id"), Some("verifyWith")),
        (with(json!([whsec, "short"]), "/id"), Some("verifyWith")),
        (with(json!([whsec]), "data.id"), Some("externalIdAt")),
        (with(json!([whsec]), ""), Some("externalIdAt")),
    ] {
        let error = Senders::read(&text.to_string()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(hidden) && !shown.contains(&hidden[..8]), "{shown}");
        match named {
            None => assert!(matches!(error, RegistrationError::Malformed | RegistrationError::Name), "{error}"),
            Some(named) => assert!(shown.contains(r#""bank""#) && shown.contains(named), "{shown}"),
        }
    }
    assert_eq!(Senders::read(&whsec).unwrap_err(), RegistrationError::Malformed);
}

fn any_secret() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 24..100)
}

proptest! {
    /// In both directions, as the official library does it.
    #[test]
    fn what_is_signed_is_taken_and_is_what_the_official_library_signs(
        key in any_secret(), id in "[!-\\-/-~]{1,256}", body: String, seconds in -300_i64..=300,
    ) {
        let at = now() + seconds.seconds();
        let (ours, theirs) = (secrets(&[&key]), standardwebhooks::Webhook::new(&whsec(&key)).unwrap());
        let signature = ours.sign(&id, at, &body);
        prop_assert_eq!(&signature, &theirs.sign(&id, at.as_second(), body.as_bytes()).unwrap());
        prop_assert_eq!(verify(&ours, &id, &at.as_second().to_string(), &signature, body.as_bytes()), Ok(()));
    }

    #[test]
    fn a_changed_byte_anywhere_is_refused(
        id in "[a-z0-9]{1,20}", body in prop::collection::vec(any::<u8>(), 1..60),
        part in 0_usize..5, at: prop::sample::Index, to: u8,
    ) {
        let body = String::from_utf8_lossy(&body).into_owned();
        let signature = secrets(&[NEW]).sign(&id, now(), &body);
        let texts = [id, NOW.to_string(), signature, body].map(String::into_bytes);
        let [id, timestamp, signature, body] = texts;
        let mut parts = [id, timestamp, signature, body, NEW.to_vec()];
        let at = at.index(parts[part].len());
        prop_assume!(parts[part][at] != to);
        parts[part][at] = to;
        let [id, timestamp, signature, body, key] = parts;
        // What is no text is no header.
        let texts = [id, timestamp, signature].map(|bytes| String::from_utf8(bytes).ok());
        let [id, timestamp, signature] = &texts;
        let headers = SignedHeaders { id: id.as_deref(), timestamp: timestamp.as_deref(), signature: signature.as_deref() };
        prop_assert!(secrets(&[&key]).verify(headers, &body, now()).is_err());
    }

    #[test]
    fn what_nobody_signed_is_never_taken(
        id: Option<String>, timestamp: Option<String>, signature in prop::option::of("(v1,|v1a,|[a-zA-Z0-9+/=]{0,44}| |.){0,12}"),
        body: Vec<u8>, fresh: bool,
    ) {
        let timestamp = if fresh { Some(NOW.to_string()) } else { timestamp };
        let id = if fresh { Some("id".to_owned()) } else { id };
        let headers = SignedHeaders { id: id.as_deref(), timestamp: timestamp.as_deref(), signature: signature.as_deref() };
        prop_assert!(secrets(&[NEW, OLD]).verify(headers, &body, now()).is_err());
    }

    /// However what was signed is cut into other parts.
    #[test]
    fn what_was_signed_is_not_taken_as_something_else(body in "[0-9.]{0,24}", cut: prop::sample::Index) {
        let secrets = secrets(&[NEW]);
        let signature = secrets.sign("id", now(), &body);
        let all = format!("id.{NOW}.{body}");
        let stops: Vec<usize> = all.match_indices('.').map(|(at, _)| at).collect();
        let first = cut.index(stops.len() - 1);
        for second in first + 1..stops.len() {
            let (id, timestamp, rest) = (&all[..stops[first]], &all[stops[first] + 1..stops[second]], &all[stops[second] + 1..]);
            let taken = verify(&secrets, id, timestamp, &signature, rest.as_bytes()).is_ok();
            prop_assert_eq!(taken, first == 0 && second == 1);
        }
    }

    #[test]
    fn a_stale_signature_is_refused(seconds in prop_oneof![-1_000_000_i64..-300, 301_i64..1_000_000]) {
        let at = now() + seconds.seconds();
        let signature = secrets(&[NEW]).sign("id", at, "body");
        prop_assert!(verify(&secrets(&[NEW]), "id", &at.as_second().to_string(), &signature, b"body").is_err());
    }

    #[test]
    fn no_text_upsets_the_registration_of_senders(text: String, at: String) {
        let _ = Senders::read(&text);
        let _ = SigningSecrets::new(&[&text, &at]);
        let _ = Senders::read(&json!({ "bank": { "verifyWith": [text], "externalIdAt": at } }).to_string());
    }
}
