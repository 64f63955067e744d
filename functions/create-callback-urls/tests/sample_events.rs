//! The sample events: each is what its name says.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{fs, path::Path};

use callbacks::{
    Desk, LinkKeys,
    test_util::{MemoryStore, StoppedClock},
    urls::Switches,
};
use create_callback_urls::{Config, CreateCallbackUrls};
use serde_json::Value;

/// What an event gets, with all switches on, or none.
async fn reply(event: &str, on: bool) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../events/create-callback-urls/{event}.json"));
    let clock = StoppedClock::at("2026-11-22T10:05:00Z".parse().unwrap());
    let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
    let config = Config {
        base_url: "https://decide.example.com".parse().unwrap(),
        region: "eu-west-1".to_owned(),
        switches: Switches { output_parameters: on, post_actions: on },
    };
    let create = CreateCallbackUrls::new(Desk::new(MemoryStore::default(), (), (), clock, keys), config);
    serde_json::from_str(create.handle(&fs::read_to_string(file).unwrap()).await.get()).unwrap()
}

/// The names of the URLs, or the name of the error.
fn became(reply: &Value) -> Vec<String> {
    match reply["urls"].as_object() {
        Some(urls) => urls.keys().cloned().collect(),
        None => vec![reply["error"].as_str().unwrap().to_owned()],
    }
}

#[tokio::test]
async fn every_sample_event_is_what_its_name_says() {
    let both = ["approve", "reject"].map(str::to_owned);
    assert_eq!(became(&reply("direct-call", false).await), both);
    assert_eq!(became(&reply("post-action", true).await), ["hook"]);
    assert_eq!(became(&reply("post-action", false).await), ["PostActionsDisabled"]);
    for (event, status, becomes) in
        [("request", 200, &both[..]), ("no-actions-request", 400, &["InvalidJSON".to_owned()])]
    {
        let response = reply(event, false).await;
        let body: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
        assert_eq!((&response["statusCode"], &*became(&body)), (&Value::from(status), becomes), "{event}");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/create-callback-urls");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 4, "a sample event is not in this test");
}
