//! The page for those who come from sfn-callback-urls: what it names is there.

use std::{collections::BTreeSet, fs};

use callback_bridge_tests::{Template, repository};
use callbacks::urls::{ErrorName, Order, Switches, TransactionId};
use serde_json::Value;

use crate::documents::examples;

const PAGE: &str = "docs/migrate-from-sfn-callback-urls.md";

/// Every parameter that a command gives, and every output that it uses.
#[test]
fn the_commands_on_the_page_name_parameters_and_outputs_that_are_there() {
    let template = Template::read();
    let (mut parameters, mut outputs) = (0, 0);
    for command in examples(PAGE, "sh") {
        for word in command.split_whitespace().map(|word| word.trim_matches('"')) {
            if word.starts_with("$URL") || word.starts_with("$HOOK_URL") {
                continue; // what was created
            }
            if let Some((name, _)) = word.split_once('=') {
                assert!(template.parameters.contains_key(name), "{word}");
                parameters += 1;
            }
            match word.strip_prefix('$') {
                None => {}
                Some(name) => {
                    assert!(template.outputs.contains_key(name), "{word}");
                    outputs += 1;
                }
            }
            if let Some(file) = word.strip_prefix("file://") {
                assert!(repository().join(file).is_file(), "{file}");
            }
        }
    }
    assert!(parameters == 3 && outputs == 8, "{parameters} parameters, {outputs} outputs");
}

#[test]
fn the_call_on_the_page_needs_both_switches() {
    let [order] = &examples(PAGE, "json")[..] else { panic!("{PAGE} shows one call") };
    let order: Value = serde_json::from_str(order).unwrap();
    let now = "2026-11-22T10:00:00Z".parse().unwrap();
    let read = |output_parameters, post_actions| {
        let read = Order::read(&order, TransactionId::new(1), Switches { output_parameters, post_actions }, now);
        read.map(|order| order.actions.all().len()).map_err(|refused| refused.error)
    };
    assert_eq!(read(true, true), Ok(3));
    assert_eq!(read(false, true), Err(ErrorName::ParametersDisabled));
    assert_eq!(read(true, false), Err(ErrorName::PostActionsDisabled));
}

/// What the old stack has, and the bridge has not.
const GONE: [&str; 7] = [
    "DecryptionUnsupported",
    "DisableEncryption",
    "EncryptionFailed",
    "EncryptionKeyArn",
    "EncryptionRequired",
    "ProcessCallbackFunction",
    "VerboseLogging",
];

/// Callers match on the names of errors, and stacks on those of parameters and outputs: whatever looks like one is one, or is
/// said to be gone.
#[test]
fn the_page_names_only_what_there_is_or_says_that_it_is_gone() {
    let (template, page) = (Template::read(), fs::read_to_string(repository().join(PAGE)).unwrap());
    let contract = fs::read_to_string(repository().join("crates/callbacks/src/urls/README.md")).unwrap();
    let is_error = |name: &str| contract.contains(&format!("| `{name}` |"));
    let is_there = |name: &str| {
        let (parameters, outputs) = (&template.parameters, &template.outputs);
        is_error(name)
            || parameters.contains_key(name)
            || outputs.contains_key(name)
            || template.resources.contains_key(name)
    };
    let prose: String = page.split("```").step_by(2).collect();
    let spans = prose.split('`').skip(1).step_by(2).map(|span| span.trim_end_matches("=true"));
    let is_name = |span: &&str| {
        span.starts_with(|first: char| first.is_ascii_uppercase())
            && span.contains(|letter: char| letter.is_ascii_lowercase())
            && span.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let (mut errors, mut gone) = (BTreeSet::new(), BTreeSet::new());
    for name in spans.filter(is_name).filter(|name| *name != "Accept") {
        assert_ne!(is_there(name), GONE.contains(&name), "{name}");
        if is_error(name) {
            errors.insert(name);
        } else if !is_there(name) {
            gone.insert(name);
        }
    }
    assert!(errors.len() >= 8, "{errors:?}");
    assert_eq!(gone, GONE.into());
}
