//! What to type into a shell to use the bridge that is up.

use std::collections::BTreeMap;

use crate::children::{CREDENTIAL, REGION};

/// Lines for the AWS CLI, each with what it is for. They are the same for a stack in an account: all that differs is in the
/// variables of [`exports`].
pub(super) const COMMANDS: [(&str, &str); 8] = [
    (
        "start an execution",
        "EXECUTION=$(aws stepfunctions start-execution --state-machine-arn \"$CreditCheckStateMachineArn\" \
         --input file://events/statemachines/credit-check/good.json --query executionArn --output text)",
    ),
    (
        "start one that asks a person, whose mail is in the inbox",
        "EXECUTION=$(aws stepfunctions start-execution --state-machine-arn \"$LoanApplicationStateMachineArn\" \
         --input file://events/statemachines/loan-application/good.json --query executionArn --output text)",
    ),
    (
        "start one that another company's system answers, by a link",
        "EXECUTION=$(aws stepfunctions start-execution --state-machine-arn \"$PaymentStateMachineArn\" \
         --input file://events/statemachines/payment/later.json --query executionArn --output text)",
    ),
    ("what became of it", "aws stepfunctions describe-execution --execution-arn \"$EXECUTION\""),
    (
        "its history",
        "aws stepfunctions get-execution-history --execution-arn \"$EXECUTION\" --query 'events[].[timestamp,type]' --output text",
    ),
    (
        "executions that still wait",
        "aws stepfunctions list-executions --state-machine-arn \"$CreditCheckStateMachineArn\" --status-filter RUNNING",
    ),
    (
        "how many messages are in the queues, visible and in flight",
        "for QUEUE in \"$CreditCheckQueueUrl\" \"$CreditCheckFifoQueueUrl\" \"$CallbackQueueUrl\" \
         \"$DeadLetterQueueUrl\" \"$DeadLetterFifoQueueUrl\" \"$TerminalQueueUrl\"; do \
         aws sqs get-queue-attributes --queue-url \"$QUEUE\" --attribute-names All --output text \
         --query 'Attributes.[QueueArn,ApproximateNumberOfMessages,ApproximateNumberOfMessagesNotVisible]'; done",
    ),
    (
        "a look at what ended in the terminal queue, tokens included",
        "aws sqs receive-message --queue-url \"$TerminalQueueUrl\" --visibility-timeout 0 --max-number-of-messages 10 \
         --message-system-attribute-names All --message-attribute-names All",
    ),
];

/// What points a shell's AWS CLI and SDKs here, with credentials that no account knows, and names what the stack has.
pub(super) fn exports(endpoint: &str, outputs: &BTreeMap<String, String>) -> Vec<String> {
    let mut lines = vec![
        "unset AWS_PROFILE AWS_SESSION_TOKEN".to_owned(),
        format!("export AWS_ENDPOINT_URL={endpoint} AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION}"),
        format!("export AWS_ACCESS_KEY_ID={CREDENTIAL} AWS_SECRET_ACCESS_KEY={CREDENTIAL} AWS_PAGER="),
    ];
    lines.extend(outputs.iter().map(|(name, value)| format!("export {name}={}", quoted(value))));
    lines
}

/// All of it, for somebody who has just brought it up.
pub(super) fn introduction(endpoint: &str, outputs: &BTreeMap<String, String>) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        "A shell in this folder that has read these lines talks to it, and to no account:".to_owned(),
        String::new(),
    ];
    lines.extend(exports(endpoint, outputs));
    lines.extend([String::new(), "Then, with version 2 of the AWS CLI:".to_owned()]);
    for (about, line) in COMMANDS {
        lines.extend([String::new(), format!("# {about}"), line.to_owned()]);
    }
    let followed = "Changes to crates/, functions/, infra/, template.yaml, Cargo.toml and Cargo.lock are followed.";
    lines.extend([String::new(), followed.to_owned(), "Ctrl-C stops everything, and nothing is kept.".to_owned()]);
    lines.extend(["What happens, with the time of day in UTC:".to_owned(), String::new()]);
    lines
}

/// The value as one word of a shell.
fn quoted(value: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./:@%+=,".contains(character);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_one_word() {
        for value in
            ["arn:aws:states:us-east-1:123456789012:stateMachine:check", "https://host/a?b&c", "it's $HOME", ""]
        {
            let echoed =
                std::process::Command::new("sh").args(["-c", &format!("printf %s {}", quoted(value))]).output();
            assert_eq!(String::from_utf8(echoed.unwrap().stdout).unwrap(), value);
        }
    }

    #[test]
    fn the_page_about_local_development_shows_the_same_lines() {
        let page = include_str!("../../../docs/local-development.md");
        let outputs = BTreeMap::from([(
            "CreditCheckStateMachineArn".to_owned(),
            "arn:aws:states:us-east-1:123456789012:stateMachine:callback-bridge-CreditCheckStateMachine-65LCJ6Z499CA"
                .to_owned(),
        )]);
        for line in exports("http://127.0.0.1:4599", &outputs) {
            assert!(page.lines().any(|shown| shown == line), "{line}");
        }
        for (about, line) in COMMANDS {
            assert!(page.contains(&format!("# {about}\n{line}\n")), "{line}");
        }
    }
}
