//! The page about webhooks: what it shows is understood, signed and verified as it says.

use std::{collections::BTreeSet, fs, path::Path};

use callback_bridge::names;
use callback_bridge_aws::{Destinations, PlainHttp};
use callback_bridge_local::{RegionOptions, command};
use callback_bridge_tests::repository;
use callbacks::{
    Webhook,
    signed::{Senders, SignedHeaders, SigningSecrets},
    test_util::{Documented, DocumentedReply},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{documents::examples, openapi};

const PAGE: &str = "docs/webhooks.md";

fn page() -> String {
    fs::read_to_string(repository().join(PAGE)).unwrap()
}

/// The JSON on the page that has this field, or whose provider has it.
fn shown(field: &str) -> Value {
    let all = examples(PAGE, "json").into_iter().map(|text| serde_json::from_str::<Value>(&text).unwrap());
    let has = |value: &Value| [value, &value["payment-provider"]].iter().any(|value| value.get(field).is_some());
    let mut found: Vec<Value> = all.filter(has).collect();
    assert_eq!(found.len(), 1, "{field}: {found:?}");
    found.remove(0)
}

/// The secret of the destination on the page.
fn secret() -> String {
    shown("urlPrefix")["payment-provider"]["signWith"][0].as_str().unwrap().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "the samples look at the clock of the machine")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// What a program prints that is started in a folder of its own.
async fn printed(program: &Path, arguments: &[&str], variables: &[(&str, &str)], folder: &TempDir) -> String {
    let mut command = command(program, None);
    let output = command.args(arguments).envs(variables.iter().copied()).current_dir(folder.path()).output();
    let output = output.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// What a program in Python prints that begins with the samples of the page.
async fn python(program: &str, arguments: &[&str]) -> String {
    let folder = TempDir::new().unwrap();
    let samples = examples(PAGE, "python").join("\n\n");
    fs::write(folder.path().join("sample.py"), format!("{samples}\n\nimport sys\n\n{program}\n")).unwrap();
    let python = RegionOptions::default().python;
    printed(&python, &[&["sample.py"][..], arguments].concat(), &[], &folder).await
}

/// The sample of the page in the shell that has this in it.
fn shell(part: &str) -> String {
    let found: Vec<_> = examples(PAGE, "sh").into_iter().filter(|sample| sample.contains(part)).collect();
    let [sample] = &found[..] else { panic!("{part}: {found:?}") };
    sample.clone()
}

#[test]
fn what_is_registered_on_the_page_can_be() {
    let destinations = shown("urlPrefix").to_string();
    assert!(Destinations::read(&destinations, PlainHttp::Never).is_ok());
    let senders = Senders::read(&shown("verifyWith").to_string()).unwrap();
    let (sender, event) = (senders.get("payment-provider").unwrap(), shown("data"));
    assert_eq!(sender.task_of(&event).unwrap().id, event["data"]["paymentId"]);
}

#[test]
fn what_is_asked_on_the_page_can_be_and_its_bodies_mean_something() {
    let message = shown("taskToken");
    let webhook = Webhook::read(message["webhook"].clone()).unwrap();
    let outcomes = webhook.outcomes.unwrap();
    assert!(outcomes.matching(&shown("data")).is_some_and(|outcome| outcome.name() == "paid"));
    let bodies = page().split('\'').filter_map(|text| serde_json::from_str::<Value>(text).ok()).collect::<Vec<_>>();
    let paid = bodies.iter().find(|body| body["paymentId"] == "pay_7").unwrap();
    assert!(outcomes.matching(paid).is_some_and(|outcome| outcome.name() == "paid"), "{paid}");
}

#[tokio::test]
async fn a_secret_made_as_the_page_says_is_one() {
    let folder = TempDir::new().unwrap();
    let sample = shell("/dev/urandom");
    let secret = printed(Path::new("sh"), &["-c", &sample], &[], &folder).await;
    assert_eq!(SigningSecrets::new(&[&secret]).map(|_| ()), Ok(()), "{} characters", secret.len());
    assert_ne!(printed(Path::new("sh"), &["-c", &sample], &[], &folder).await, secret);
}

#[test]
fn the_call_on_the_page_is_signed() {
    let [call] = &examples(PAGE, "http")[..] else { panic!("there is one call") };
    let (head, body) = call.trim_end().split_once("\n\n").unwrap();
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let headers = SignedHeaders {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    };
    let at = Timestamp::from_second(header("webhook-timestamp").unwrap().parse().unwrap()).unwrap();
    let secrets = SigningSecrets::new(&[secret()]).unwrap();
    assert_eq!(
        secrets.verify(headers, body.as_bytes(), at),
        Ok(()),
        "{}",
        secrets.sign("PX8SFbA0qHHG2YRKoTwlJQ", at, body)
    );
    let mut asked = shown("taskToken")["webhook"]["body"].clone();
    asked["callbackUrl"] = json!("https://decide.example.com/c/LINK/answer");
    assert_eq!(serde_json::from_str::<Value>(body).unwrap(), asked);
}

#[tokio::test]
async fn the_sample_in_python_knows_what_we_have_signed_and_nothing_else() {
    let (old, new) = (secret(), shown("verifyWith")["payment-provider"]["verifyWith"][0].as_str().unwrap().to_owned());
    let (both, body, at) = (SigningSecrets::new(&[&new, &old]).unwrap(), "{\"ä\":1}", now());
    let signature = both.sign("call-1", at, body);
    let stale = at.checked_sub(jiff::SignedDuration::from_mins(6)).unwrap();
    let stale_signature = both.sign("call-1", stale, body);
    let [at, stale] = [at, stale].map(|time| time.as_second().to_string());
    let program = r"print(is_from_the_bridge([sys.argv[1]], json.loads(sys.argv[2]), sys.argv[3].encode()))";
    let headers = |id: &str, timestamp: &str, signature: &str| {
        json!({ "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature }).to_string()
    };
    let good = headers("call-1", &at, &signature);
    for (secret, headers, body, ours) in [
        (&old, &good, body, "True"),
        (&new, &good, body, "True"),
        (&new, &good, "{\"ä\":2}", "False"),
        (&new, &headers("call-2", &at, &signature), body, "False"),
        (&new, &headers("call-1", &stale, &stale_signature), body, "False"),
        (&new, &headers("call-1", "now", &signature), body, "False"),
        (&new, &headers("call-1", &at, "v1,ä v1,"), body, "False"),
        (&new, &"{}".to_owned(), body, "False"),
    ] {
        assert_eq!(python(program, &[secret, headers, body]).await, ours, "{headers} {body}");
    }
}

#[tokio::test]
async fn what_the_sample_in_python_signs_is_taken() {
    let senders = Senders::read(&shown("verifyWith").to_string()).unwrap();
    let secret = shown("verifyWith")["payment-provider"]["verifyWith"][0].as_str().unwrap().to_owned();
    let (at, body) = (now(), "{\"ä\":1}");
    let timestamp = at.as_second().to_string();
    let program = "print(signature(sys.argv[1], 'evt_1', sys.argv[2], sys.argv[3].encode()))";
    let signature = python(program, &[&secret, &timestamp, body]).await;
    let headers = SignedHeaders { id: Some("evt_1"), timestamp: Some(&timestamp), signature: Some(&signature) };
    assert_eq!(senders.get("payment-provider").unwrap().verify(headers, body.as_bytes(), at), Ok(()));
}

/// A machine without openssl has a stand-in for the one command that the sample needs.
#[tokio::test]
async fn the_sample_in_the_shell_knows_what_we_have_signed() {
    const STAND_IN: &str = r#"import hashlib, hmac, sys
assert sys.argv[1:5] == ["dgst", "-sha256", "-mac", "HMAC"] and sys.argv[5] == "-macopt" and sys.argv[7:] == ["-binary"]
key = bytes.fromhex(sys.argv[6].removeprefix("hexkey:"))
sys.stdout.buffer.write(hmac.digest(key, sys.stdin.buffer.read(), hashlib.sha256))
"#;
    let (secret, folder, at) = (secret(), TempDir::new().unwrap(), now());
    fs::write(folder.path().join("body.json"), "{\"ä\":1}\n").unwrap();
    fs::write(folder.path().join("stand_in.py"), STAND_IN).unwrap();
    let python = RegionOptions::default().python.display().to_string();
    let stand_in = format!("command -v openssl > /dev/null || openssl() {{ '{python}' stand_in.py \"$@\"; }}\n");
    let signature = SigningSecrets::new(&[&secret]).unwrap().sign("call-1", at, "{\"ä\":1}\n");
    let at = at.as_second().to_string();
    let only_stand_in = format!("openssl() {{ '{python}' stand_in.py \"$@\"; }}\n");
    for before in [stand_in, only_stand_in] {
        let sample = format!("{before}{}", shell("openssl dgst"));
        for (id, signatures, told) in [
            ("call-1", signature.clone(), "ours"),
            ("call-1", format!("v1,AAAA {signature}"), "ours"),
            ("call-2", signature.clone(), "not ours"),
            ("call-1", "v1,AAAA".to_owned(), "not ours"),
            ("call-1", String::new(), "not ours"),
        ] {
            let variables = [
                ("SECRET", secret.as_str()),
                ("WEBHOOK_ID", id),
                ("WEBHOOK_TIMESTAMP", at.as_str()),
                ("WEBHOOK_SIGNATURE", signatures.as_str()),
            ];
            assert_eq!(
                printed(Path::new("sh"), &["-c", &sample], &variables, &folder).await,
                told,
                "{id} {signatures}"
            );
        }
    }
}

#[test]
fn the_replies_on_the_page_are_documented() {
    let documented = Documented::read(&openapi::document().to_string());
    for (value, status, content_type) in
        [(shown("delivery"), 200, "application/json"), (shown("title"), 409, "application/problem+json")]
    {
        let body = value.to_string();
        let reply = DocumentedReply {
            method: "POST",
            path: "/c/LINK/answer",
            status,
            content_type: Some(content_type),
            allow: None,
            retry_after: None,
            body: &body,
        };
        assert_eq!(documented.check(&reply), Ok(()));
    }
}

#[test]
fn the_late_answer_on_the_page_is_one_and_its_rule_is_about_it() {
    let event = shown("detail-type");
    let schema = fs::read_to_string(repository().join("docs/schemas/late-answer.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    assert_eq!(schema.validate(&event).map_err(|error| error.to_string()), Ok(()));
    let page = page();
    let (_, pattern) = page.split_once("--event-pattern '").unwrap();
    let pattern: Value = serde_json::from_str(pattern.split('\'').next().unwrap()).unwrap();
    for (field, values) in pattern.as_object().unwrap() {
        assert!(values.as_array().unwrap().contains(&event[field]), "{field}");
    }
}

/// What third parties are told about problems is what the document says of the operations that are for them.
#[test]
fn every_problem_of_machines_is_on_the_page() {
    let document = openapi::document();
    let paths = document["paths"].as_object().unwrap().iter().filter(|(path, _)| *path != "/c/{link}");
    let operations = paths.flat_map(|(_, item)| item.as_object().unwrap().values().filter(|item| item.is_object()));
    let responses = operations.flat_map(|operation| operation["responses"].as_object().unwrap().values());
    let documented: BTreeSet<String> = responses
        .filter_map(|response| document.pointer(response["$ref"].as_str()?.trim_start_matches('#')))
        .flat_map(|response| {
            let schema = &response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"];
            let types = schema["type"]["enum"].as_array().cloned().unwrap_or_default();
            let status = schema["status"]["const"].clone();
            types
                .into_iter()
                .map(move |name| format!("| `{}` | {status} |", name.as_str().unwrap().rsplit(':').next().unwrap()))
        })
        .collect();
    let page = page();
    let (_, section) = page.split_once("\n## Problems\n").unwrap();
    let rows: BTreeSet<String> = section
        .lines()
        .filter(|line| line.starts_with("| `") && !line.starts_with("| `type`"))
        .map(|row| format!("{}|", row.split_inclusive('|').take(3).collect::<String>().trim_end_matches('|')))
        .collect();
    assert_eq!(rows, documented);
}

#[test]
fn the_errors_on_the_page_are_those_that_there_are() {
    let page = page();
    let (_, section) = page.split_once("\n## What ends how\n").unwrap();
    let table = section.split("\n## ").next().unwrap();
    let named: BTreeSet<&str> = table.split('`').filter(|text| text.starts_with("Bridge.")).collect();
    let all = [
        names::EXPIRED,
        names::WITHDRAWN,
        names::WEBHOOK_FAILED,
        names::WEBHOOK_REFUSED,
        names::WEBHOOK_UNREACHABLE,
        names::INVALID_INPUT,
        names::OUTPUT_TOO_LARGE,
    ];
    assert_eq!(named, all.into());
}
