//! The commands of docs/operations.md, as far as they are about this bridge. Those of the command line have a test of their own.

use std::{fs, time::Duration};

use callback_bridge_tests::repository;
use serde_json::{Value, json};

use crate::{
    approvals::{People, stack},
    bench::{TOKEN, run},
    stored,
};

/// What stands in quotation marks behind an option, of the first command on the page that has it.
fn option(name: &str) -> String {
    let page = fs::read_to_string(repository().join("docs/operations.md")).unwrap();
    let (_, rest) = page.split_once(&format!("--{name} '")).unwrap_or_else(|| panic!("no command has --{name}"));
    rest.split('\'').next().unwrap().to_owned()
}

#[test]
fn what_is_open_is_listed_without_its_token_by_the_aws_cli_too() {
    run(stack("operations"), Duration::ZERO, async |sample| {
        let people = People::of(sample);
        let execution = people.ask(&["alice"], json!({})).await;
        stored::is_at_rest(sample).await;
        let listed = sample.bridge.invoke("SweepCallbacksFunction", option("payload")).await.unwrap();
        assert_eq!(listed.error, None);
        let listed: Value = serde_json::from_slice(&listed.payload).unwrap();
        assert!(!listed.to_string().contains(TOKEN), "{listed}");
        let [row] = listed["callbacks"].as_array().unwrap().as_slice() else { panic!("one is open: {listed}") };
        assert_eq!((&row["execution"], &row["asked"][0]["who"]), (&json!(execution), &json!(people.address("alice"))));
    });
}
