//! The documents: what they link to is there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use aws_lambda_events::event::sqs::SqsMessage;
use callback_bridge::{TaskMessage, names};
use callback_bridge_tests::repository;
use callbacks::{Approval, Webhook};
use serde_json::Value;

fn markdown_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            markdown_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut files = Vec::new();
    markdown_files(repository(), &mut files);
    let mut checked = 0;
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") || path.contains("::") || !path.contains(['/', '.']) {
                continue; // within the page, elsewhere, or an item of the crate
            }
            checked += 1;
            assert!(file.parent().unwrap().join(path).exists(), "{}: {link}", file.display());
        }
    }
    assert!(checked > 5, "only {checked} links were found");
}

/// The examples of a kind on a page: what stands between its fences.
pub(crate) fn examples(page: &str, kind: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join(page)).unwrap();
    let fence = format!("```{kind}\n");
    let examples = text.split(&fence).skip(1).filter_map(|rest| rest.split("```").next());
    let examples: Vec<_> = examples.map(str::to_owned).collect();
    assert!(!examples.is_empty(), "{page} has no example in {kind}");
    examples
}

#[test]
fn every_message_on_the_page_about_messages_is_understood() {
    for example in examples("docs/messages.md", "json") {
        let mut message = SqsMessage::default();
        message.body = Some(example.clone());
        let task = TaskMessage::read(&message, None).unwrap_or_else(|error| panic!("{error}: {example}"));
        assert_eq!(task.token.expose(), "AQCUAAAAKgAAAAMAAAAAexample");
        let input = task.into_input();
        let known = ["amount", "Message", "approval", "webhook"];
        assert!(known.iter().any(|name| input.get(name).is_some()), "{example}");
    }
}

/// Every message with an approval on a page, and all of its fields on the page about messages.
#[test]
fn every_approval_that_the_documents_show_can_be_asked() {
    for page in ["README.md", "docs/messages.md"] {
        let approvals = examples(page, "json").into_iter().filter_map(|example| {
            let message: Value = serde_json::from_str(&example).unwrap();
            message.get("approval").cloned()
        });
        let read =
            approvals.map(|approval| Approval::read(approval.clone()).unwrap_or_else(|e| panic!("{e}: {approval}")));
        assert!(read.count() > 0, "{page} shows no approval");
    }
    let page = fs::read_to_string(repository().join("docs/messages.md")).unwrap();
    let schema = fs::read_to_string(repository().join("docs/schemas/approval-message.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    for field in schema["properties"]["approval"]["properties"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("| `{field}")), "docs/messages.md does not explain {field}");
    }
    for name in [names::REJECTED, names::EXPIRED, names::WITHDRAWN, names::INVALID_INPUT] {
        assert!(page.contains(&format!("| `{name}` |")), "docs/messages.md does not explain {name}");
    }
}

/// The message with a webhook on the page about messages, and all of its fields.
#[test]
fn every_webhook_that_the_page_about_messages_shows_can_be_called() {
    let webhooks = examples("docs/messages.md", "json").into_iter().filter_map(|example| {
        let message: Value = serde_json::from_str(&example).unwrap();
        message.get("webhook").cloned()
    });
    let read = webhooks.map(|webhook| Webhook::read(webhook.clone()).unwrap_or_else(|e| panic!("{e}: {webhook}")));
    assert!(read.count() > 0, "docs/messages.md shows no webhook");
    let page = fs::read_to_string(repository().join("docs/messages.md")).unwrap();
    let page = page.split("## Webhooks").nth(1).unwrap();
    let schema = fs::read_to_string(repository().join("docs/schemas/webhook-message.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    for field in schema["properties"]["webhook"]["properties"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("| `{field}` |")), "docs/messages.md does not explain {field}");
    }
    for name in [
        names::WEBHOOK_REFUSED,
        names::WEBHOOK_UNREACHABLE,
        names::WEBHOOK_FAILED,
        names::EXPIRED,
        names::WITHDRAWN,
        names::INVALID_INPUT,
    ] {
        assert!(page.contains(&format!("| `{name}` |")), "docs/messages.md does not explain {name}");
    }
}

#[test]
fn every_command_of_the_readme_names_files_that_are_there() {
    let commands = examples("README.md", "sh").join("\n");
    let files = commands
        .split([' ', '\n'])
        .map(|word| word.trim_start_matches("file://"))
        .filter(|word| word.contains(".json"));
    let files: Vec<_> = files.collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert!(repository().join(file).is_file(), "{file}");
    }
}

/// Every field and message that docs/logging.md promises is written by the code.
#[test]
fn what_the_page_about_logging_promises_is_in_the_code() {
    let mut code = String::new();
    for folder in ["crates", "functions"] {
        collect_code(&repository().join(folder), &mut code);
    }
    let page = fs::read_to_string(repository().join("docs/logging.md")).unwrap();
    let mut promised = 0;
    for row in page.lines().filter(|line| line.starts_with("| ") && !line.contains("---")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let text = match cells[1] {
            "INFO" | "WARN" | "ERROR" => cells[2],
            field if field.starts_with('`') => field.trim_matches('`'),
            _ => continue,
        };
        promised += 1;
        assert!(code.contains(text), "no code writes {text:?}");
    }
    assert!(promised > 20, "only {promised} rows were found");
}

fn collect_code(folder: &Path, code: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_code(&path, code);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            code.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// Every test that a page names is there.
#[test]
fn every_test_that_the_documents_name_is_there() {
    let mut code = String::new();
    for folder in ["crates", "functions", "tests", "xtask"] {
        collect_code(&repository().join(folder), &mut code);
    }
    for (page, section) in [
        ("docs/architecture.md", "## Invariants"),
        ("docs/reliability.md", "## Promised"),
        ("docs/security.md", "## Threats"),
    ] {
        let text = fs::read_to_string(repository().join(page)).unwrap();
        let (_, rest) = text.split_once(section).unwrap();
        let table = rest.split("\n## ").next().unwrap();
        let last_cells = table.lines().filter_map(|row| row.trim_end_matches(" |").rsplit(" | ").next());
        let names: Vec<&str> = last_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        assert!(names.len() > 10, "{page}: {names:?}");
        for name in names {
            assert!(code.contains(&format!("fn {name}(")), "{page}: there is no test {name}");
        }
    }
}

/// What the table about heartbeats says is what a beat every third, and the quotas, come to.
#[test]
fn the_table_of_heartbeats_is_right() {
    let page = fs::read_to_string(repository().join("docs/operations.md")).unwrap();
    let numbers = |row: &str| -> Option<Vec<u64>> {
        row.trim_matches([' ', '|']).split('|').map(|cell| cell.trim().replace(',', "").parse().ok()).collect()
    };
    let rows: Vec<Vec<u64>> = page.lines().filter(|line| line.starts_with("| ")).filter_map(numbers).collect();
    assert!(rows.len() >= 3, "{rows:?}");
    for row in rows {
        let heartbeat = row[0];
        let most = |calls_a_second: u64| calls_a_second * heartbeat / 3;
        assert_eq!(row, [heartbeat, 1000 * 60 * 3 / heartbeat, most(500), most(300)]);
    }
}
