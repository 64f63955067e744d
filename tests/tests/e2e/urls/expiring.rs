//! URLs of a call expire by themselves, whatever becomes of others.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde_json::{Value, json};

use super::bench::{Urls, run, stack};

impl Urls<'_> {
    /// Lets the expiration of every call pass that has one.
    async fn expire(&self) {
        let client = Client::new(self.sample.bridge.region().aws().sdk_config());
        let table = self.sample.bridge.output("CallbackTableName").unwrap();
        let mut expired = 0;
        for mut item in client.scan().table_name(table).send().await.unwrap().items.unwrap() {
            let mut document: Value = serde_json::from_str(item["document"].as_s().unwrap()).unwrap();
            let expiration = document.pointer_mut("/actions/expiration");
            if let Some(expiration) = expiration {
                *expiration = "2001-01-01T00:00:00".into();
                item.insert("document".to_owned(), AttributeValue::S(document.to_string()));
                client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
                expired += 1;
            }
        }
        assert_eq!(expired, 1);
    }
}

#[test]
fn the_urls_of_one_call_expire_and_those_of_another_go_on() {
    run(stack("urls-one-expired"), async |urls| {
        let action = |name: &str| json!([{ "name": name, "type": "success", "output": name }]);
        let order = json!({ "actions": action("early"), "expiration": "2099-01-01T00:00:00" });
        let (waiting, early) = urls.created_with(order).await;
        let late = urls.create(&json!({ "token": waiting.token, "actions": action("late") })).await;
        let (early, late) = (&early["urls"]["early"], &late["urls"]["late"]);
        assert_eq!(urls.get(early).await.status, 200);
        urls.expire().await;
        for refused in [urls.get(early).await, urls.post(early).await] {
            assert_eq!(refused.error(), (400, "ExpiredPayload".to_owned()));
        }
        assert!(urls.is_running(&waiting).await);
        assert_eq!(urls.post(late).await.status, 200);
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!("late")));
        assert_eq!(urls.post(early).await.error(), (400, "ExpiredPayload".to_owned()));
    });
}

#[test]
fn whoever_has_answered_is_told_so_again_after_the_expiration() {
    run(stack("urls-answered-expired"), async |urls| {
        let actions = json!([
            { "name": "yes", "type": "success", "output": 1 }, { "name": "no", "type": "failure" },
        ]);
        let (waiting, created) =
            urls.created_with(json!({ "actions": actions, "expiration": "2099-01-01T00:00:00" })).await;
        let first = urls.post(&created["urls"]["yes"]).await;
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!(1)));
        urls.expire().await;
        let again = urls.post(&created["urls"]["yes"]).await;
        assert_eq!((again.status, again.body), (200, first.body));
        assert_eq!(urls.post(&created["urls"]["no"]).await.error(), (400, "ExpiredPayload".to_owned()));
    });
}
