//! What comes twice, late, or for the same task again.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::bench::{run, stack};
use crate::approvals::People;

fn both() -> Value {
    json!([
        { "name": "approve", "type": "success", "output": "yes" },
        { "name": "reject", "type": "failure", "error": "rejected" },
    ])
}

#[test]
fn the_same_post_again_gets_the_first_answer_and_another_one_an_error() {
    run(stack("urls-again"), async |urls| {
        let (waiting, created) = urls.created(both()).await;
        let (approve, reject) = (&created["urls"]["approve"], &created["urls"]["reject"]);
        let first = urls.post(approve).await;
        let again = urls.post(approve).await;
        assert_eq!((first.status, &first.body), (again.status, &again.body));
        assert_eq!(urls.get(approve).await.body, first.body, "whoever opens it sees what has become of it");
        assert_eq!(urls.post(reject).await.error(), (400, "StepFunctionsError".to_owned()));
        assert_eq!(urls.get(reject).await.error(), (400, "StepFunctionsError".to_owned()));
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!("yes")));
    });
}

#[test]
fn a_second_order_for_the_same_task_adds_urls_and_the_first_ones_go_on() {
    run(stack("urls-added"), async |urls| {
        let (waiting, first) = urls.created(both()).await;
        let order = json!({ "token": waiting.token, "actions": [{ "name": "later", "type": "success", "output": 2 }] });
        let second = urls.create(&order).await;
        assert_ne!(first["transaction_id"], second["transaction_id"]);
        assert_eq!(urls.get(&first["urls"]["reject"]).await.status, 200);
        assert_eq!(urls.post(&second["urls"]["later"]).await.status, 200);
        assert_eq!(urls.post(&first["urls"]["reject"]).await.error(), (400, "StepFunctionsError".to_owned()));
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!(2)));
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "URLs expire at a time of day")]
fn a_task_whose_urls_have_expired_is_failed_by_the_sweep() {
    run(stack("urls-expired"), async |urls| {
        let expiration = Timestamp::now().checked_add(Duration::from_hours(2)).unwrap().to_string();
        let (waiting, created) = urls.created_with(json!({ "actions": both(), "expiration": expiration })).await;
        let people = People::of(urls.sample);
        let url = created["urls"]["approve"].as_str().unwrap();
        people.time_passes(url.split('?').next().unwrap(), Duration::from_hours(3)).await;
        people.sweep().await;
        assert_eq!(urls.end_of(&waiting).await.error.as_deref(), Some("Bridge.Expired"));
    });
}

#[test]
fn a_url_that_was_changed_leads_nowhere() {
    run(stack("urls-wrong"), async |urls| {
        let (waiting, created) = urls.created(both()).await;
        let (approve, reject) =
            (created["urls"]["approve"].as_str().unwrap(), created["urls"]["reject"].as_str().unwrap());
        let swapped = approve.replacen(".a0-", ".a1-", 1);
        assert_ne!(swapped, approve, "it was that of the first action");
        let mismatched = format!("{}?{}", approve.split('?').next().unwrap(), reject.split('?').nth(1).unwrap());
        assert_eq!(urls.post(&swapped.into()).await.error(), (404, "InvalidPayload".to_owned()));
        assert_eq!(urls.get(&approve.replacen("/u/", "/c/", 1).into()).await.status, 404);
        assert_eq!(urls.post(&mismatched.into()).await.error(), (400, "ActionMismatched".to_owned()));
        assert!(urls.is_running(&waiting).await);
        let bare = approve.split('?').next().unwrap();
        assert_eq!(urls.post(&bare.into()).await.status, 200, "what stands behind it is for people");
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!("yes")));
    });
}
