//! What docs/migrate-from-sfn-callback-urls.md promises: callers as they were, pointed at the stack, get what they got.

use std::{collections::BTreeSet, fs, time::Duration};

use callback_bridge_local::{RegionOptions, Sample, command};
use callback_bridge_tests::repository;
use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    approval_links::Asked,
    bench::{run, stack},
};

/// What stands between the fences of this kind on the page.
fn shown(kind: &str) -> Vec<String> {
    let page = fs::read_to_string(repository().join("docs/migrate-from-sfn-callback-urls.md")).unwrap();
    let fence = format!("```{kind}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// What a caller that the page shows gets for an order.
async fn called(sample: &Sample, caller: &str, order: &Value) -> Value {
    let endpoint = sample.bridge.region().aws().endpoint();
    let mut python = command(RegionOptions::default().python, Some(endpoint));
    python.env("FUNCTION", sample.bridge.output("Function").unwrap()).env("API", sample.bridge.output("Api").unwrap());
    let program = format!("{caller}\nimport sys\nprint(json.dumps(create(json.loads(sys.argv[1]))))");
    let run = python.args(["-c", &program, &order.to_string()]).output().await.unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap()
}

#[test]
fn callers_that_are_pointed_at_the_stack_get_urls_that_show_by_get_and_act_by_post() {
    let stack = stack("migrating").parameter("EnableOutputParameters", "true").parameter("EnablePostActions", "true");
    run(stack, Duration::ZERO, async |sample| {
        let (callers, [order]) = (shown("python"), &shown("json")[..]) else { panic!("the page shows one call") };
        let mut order: Value = serde_json::from_str(order).unwrap();
        assert_eq!(callers.len(), 2);
        let client = Client::builder().no_proxy().build().unwrap();
        for caller in callers {
            for (action, query, output) in [("approve", "&who=Ada", json!({ "by": "Ada" })), ("hook", "", json!({ "result": "good" }))] {
                let asked = Asked::start(sample).await;
                order["token"] = asked.token.clone().into();
                let created = called(sample, &caller, &order).await;
                let names: BTreeSet<_> = created["urls"].as_object().unwrap().keys().map(String::as_str).collect();
                assert_eq!(names, ["approve", "hook", "reject"].into());
                assert_eq!(created["expiration"], order["expiration"]);
                let url = format!("{}{query}", created["urls"][action].as_str().unwrap());
                if action == "approve" {
                    let shown: Value = client.get(&url).send().await.unwrap().json().await.unwrap();
                    assert_eq!(shown["status"], "open", "{shown}");
                }
                let post = client.post(&url).header("content-type", "application/json");
                let post = if action == "hook" { post.body(output.to_string()) } else { post };
                assert_eq!(post.send().await.unwrap().status(), 200);
                let ended = asked.end().await;
                assert_eq!(ended.output.as_ref().map(|output| &output["answer"]), Some(&output), "{ended:?}");
            }
        }
    });
}
