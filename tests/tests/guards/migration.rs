//! The page for those who come from sfn-callback-urls: what it names is there.

use std::fs;

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
            if let Some((name, _)) = word.split_once('=') {
                assert!(template.parameters.contains_key(name), "{word}");
                parameters += 1;
            }
            match word.strip_prefix('$') {
                Some("URL") | None => {}
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
    assert!(parameters == 3 && outputs == 5, "{parameters} parameters, {outputs} outputs");
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

/// Callers match on the names of errors, so none may be renamed, and what is gone is said.
#[test]
fn the_page_names_only_errors_that_there_are_or_says_that_they_are_gone() {
    let page = fs::read_to_string(repository().join(PAGE)).unwrap();
    let contract = fs::read_to_string(repository().join("crates/callbacks/src/urls/README.md")).unwrap();
    let gone = ["EncryptionFailed", "EncryptionRequired", "DecryptionUnsupported", "InvalidPayload"];
    for name in ["InvalidAction", "InvalidJSON", "OutputFormatting", "StepFunctionsError"] {
        assert!(page.contains(&format!("`{name}`")) && contract.contains(&format!("| `{name}` |")), "{name}");
    }
    for name in gone {
        assert!(page.contains(&format!("`{name}`")) && !contract.contains(&format!("| `{name}` |")), "{name}");
    }
}
