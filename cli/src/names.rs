//! From the names that people use to the ARNs that AWS wants.

use aws_sdk_sfn::Client;

use crate::error::Error;

/// Why there is nothing to tell of an execution of an Express workflow.
pub(crate) const NO_HISTORY: &str = "Express workflows keep no history: what their executions did is in the log group of the state machine, if it has one";

/// How many names are told where one is missing.
const MOST_LISTED: usize = 20;

/// Something with a name and an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    name: String,
    arn: String,
}

/// The ARN of a state machine, by its ARN or name.
///
/// # Errors
/// When there is none, or more than one, of that name; the error says which there are.
pub(crate) async fn state_machine(sfn: &Client, given: &str) -> Result<String, Error> {
    if is_arn(given) {
        return Ok(given.to_owned());
    }
    let listed = sfn.list_state_machines().into_paginator().items().send().try_collect().await;
    let listed = listed.map_err(|error| Error::of_call("ListStateMachines", &error))?;
    let listed = listed.into_iter().map(|machine| Named { name: machine.name, arn: machine.state_machine_arn });
    choose("state machine", given, listed.collect())
}

/// The ARN of an activity, by its ARN or name.
///
/// # Errors
/// As with [`state_machine`].
pub(crate) async fn activity(sfn: &Client, given: &str) -> Result<String, Error> {
    if is_arn(given) {
        return Ok(given.to_owned());
    }
    let listed = sfn.list_activities().into_paginator().items().send().try_collect().await;
    let listed = listed.map_err(|error| Error::of_call("ListActivities", &error))?;
    let listed = listed.into_iter().map(|activity| Named { name: activity.name, arn: activity.activity_arn });
    choose("activity", given, listed.collect())
}

/// The ARN of an execution, by its ARN or as `MACHINE:NAME`, the way its ARN ends.
///
/// # Errors
/// When it is neither, or there is no such state machine.
pub(crate) async fn execution(sfn: &Client, given: &str) -> Result<String, Error> {
    if is_arn(given) {
        return not_express(given).map(|()| given.to_owned());
    }
    let Some((machine, name)) = given.split_once(':') else {
        let reason = format!("{given}: an execution is named by its ARN, or as MACHINE:NAME");
        return Err(Error::usage(reason));
    };
    let machine = state_machine(sfn, machine).await?;
    Ok(execution_of(&machine, name))
}

/// The ARN of the execution of a state machine that has this name, whichever version or alias it was started by.
pub(crate) fn execution_of(machine: &str, name: &str) -> String {
    let machine: Vec<&str> = machine.split(':').take(7).collect();
    format!("{}:{name}", machine.join(":").replacen(":stateMachine:", ":execution:", 1))
}

fn not_express(execution: &str) -> Result<(), Error> {
    if execution.split(':').nth(5) == Some("express") {
        return Err(Error::usage(NO_HISTORY));
    }
    Ok(())
}

/// The name of the function that CloudFormation has made of a logical id, in a stack if there are several.
///
/// # Errors
/// As with [`state_machine`].
pub(crate) async fn function(lambda: &aws_sdk_lambda::Client, id: &str, stack: Option<&str>) -> Result<String, Error> {
    let listed = lambda.list_functions().into_paginator().items().send().try_collect().await;
    let listed = listed.map_err(|error| Error::of_call("lambda:ListFunctions", &error))?;
    let mut names: Vec<String> = listed.into_iter().filter_map(|function| function.function_name).collect();
    names.retain(|name| suffix_of(name, id).is_some());
    let all = names.join(", ");
    names.retain(|name| stack.is_none_or(|stack| name.starts_with(&format!("{stack}-{id}-"))));
    match (names.len(), stack) {
        (1, _) => Ok(names.swap_remove(0)),
        (0, Some(stack)) if !all.is_empty() => {
            Err(Error::refused(format!("the stack {stack} has no function {id}; there are: {all}")))
        }
        (0, _) => Err(Error::refused(format!(
            "there is no function {id} in this region and account: check --region and --profile, or give --function"
        ))),
        _ => Err(Error::refused(format!("which function {id}? Give --stack or --function; there are: {all}"))),
    }
}

/// How the ARN of an execution ends: `MACHINE:NAME`.
pub(crate) fn end_of(execution: &str) -> &str {
    execution.split_once(":execution:").map_or(execution, |(_, end)| end)
}

/// The ARN of the state machine that an execution is of.
pub(crate) fn machine_of(execution: &str) -> String {
    let machine = execution.rsplit_once(':').map_or(execution, |(machine, _)| machine);
    machine.replacen(":execution:", ":stateMachine:", 1)
}

/// What an ARN or a URL names, with its qualifier, version or revision; a name as it is.
pub(crate) fn short(name: &str) -> &str {
    // Those have colons after the name, and may have substitutions of a template before it.
    for kind in [":function:", ":stateMachine:", ":activity:"] {
        if let Some((_, name)) = name.split_once(kind) {
            return name;
        }
    }
    let path = name.split(['?', '#']).next().unwrap_or(name).trim_end_matches('/');
    match path.rsplit_once('/') {
        Some((_, end)) => end,
        None if is_arn(path) => path.rsplit(':').next().unwrap_or(path),
        None => path,
    }
}

/// Whether a text is meant to be an ARN.
pub(crate) fn is_arn(given: &str) -> bool {
    given.starts_with("arn:")
}

/// Whether a text is the ARN of an execution.
pub(crate) fn is_execution_arn(given: &str) -> bool {
    is_arn(given) && given.split(':').nth(5).is_some_and(|kind| matches!(kind, "execution" | "express"))
}

/// The one that is called so, else the one that CloudFormation has named so: for a logical id, or one in a stack.
fn choose(kind: &str, given: &str, mut listed: Vec<Named>) -> Result<String, Error> {
    if let Some(same) = listed.iter().position(|one| one.name == given) {
        return Ok(listed.swap_remove(same).arn);
    }
    let (mut generated, others): (Vec<_>, Vec<_>) = listed.into_iter().partition(|one| is_generated(&one.name, given));
    let meant: Vec<_> = others.iter().filter(|one| suffix_of(&one.name, given).is_some()).cloned().collect();
    match (generated.len(), others.len()) {
        (1, _) => Ok(generated.swap_remove(0).arn),
        (0, 0) => {
            Err(Error::refused(format!("there is no {kind} in this region and account: check --region and --profile")))
        }
        (0, _) if !meant.is_empty() => Err(Error::refused(format!(
            "there is no {kind} {given}; if it is one of these, give its name in full: {}",
            list(&meant)
        ))),
        (0, _) => Err(Error::refused(format!("there is no {kind} {given}; there are: {}", list(&others)))),
        _ => Err(Error::refused(format!("which {kind} {given}? There are: {}", list(&generated)))),
    }
}

/// Names for people, who are not told hundreds.
fn list(some: &[Named]) -> String {
    let names: Vec<_> = some.iter().take(MOST_LISTED).map(|one| &*one.name).collect();
    let more = some.len() - names.len();
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    names.join(", ") + &more
}

/// Whether CloudFormation has made `name` of the logical id `id`, and nobody else has.
fn is_generated(name: &str, id: &str) -> bool {
    suffix_of(name, id).is_some_and(is_random)
}

/// What may have been drawn by CloudFormation, if `name` may be made of the logical id `id`: `ID-SUFFIX`, perhaps with a stack
/// before it.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html>
fn suffix_of<'a>(name: &'a str, id: &str) -> Option<&'a str> {
    let (start, suffix) = name.rsplit_once('-')?;
    let of_stack = start.strip_suffix(id).is_some_and(|stack| stack.is_empty() || stack.ends_with('-'));
    let has_form = matches!(suffix.len(), 12 | 13) && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (of_stack && has_form).then_some(suffix)
}

/// Whether a suffix was drawn for sure. Words of people, as in `production`, `NOTIFICATION` and `AlphaTesting`, have no
/// digits, and no capitals side by side unless all are.
fn is_random(suffix: &str) -> bool {
    let bytes = suffix.as_bytes();
    let has = |kind: fn(&u8) -> bool| bytes.iter().any(kind);
    let is_no_word =
        has(u8::is_ascii_lowercase) && bytes.windows(2).any(|pair| pair.iter().all(u8::is_ascii_uppercase));
    has(u8::is_ascii_uppercase) && (has(u8::is_ascii_digit) || is_no_word)
}

#[cfg(test)]
mod tests {
    use aws_sdk_lambda::{operation::list_functions::ListFunctionsOutput, types::FunctionConfiguration};
    use aws_sdk_sfn::{
        operation::list_state_machines::ListStateMachinesOutput, primitives::DateTime, types::StateMachineListItem,
        types::StateMachineType,
    };
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    use super::*;

    fn named(names: &[&str]) -> Vec<Named> {
        names.iter().map(|name| Named { name: (*name).to_owned(), arn: format!("arn:{name}") }).collect()
    }

    #[test]
    fn the_very_name_is_chosen_before_others() {
        let listed = named(&["loan-application-AbCdEf123456", "loan-application"]);
        assert_eq!(choose("state machine", "loan-application", listed).unwrap(), "arn:loan-application");
    }

    #[test]
    fn a_logical_id_stands_for_the_name_that_cloudformation_made_of_it() {
        let listed = named(&["Loan-1SLUTSKQNNHQA", "bridge-LoanCheck-K3QNB70RFCWZ", "Loan-prod"]);
        assert_eq!(choose("state machine", "Loan", listed.clone()).unwrap(), "arn:Loan-1SLUTSKQNNHQA");
        assert_eq!(choose("state machine", "Loan", named(&["Loan-hjrVPfUlXiBp"])).unwrap(), "arn:Loan-hjrVPfUlXiBp");
        assert_eq!(choose("state machine", "LoanCheck", listed).unwrap(), "arn:bridge-LoanCheck-K3QNB70RFCWZ");
    }

    /// Starting the wrong one would be worse than asking again.
    #[test]
    fn the_beginning_of_a_name_is_not_enough() {
        for neighbour in ["Loan-prod", "Loan-production", "Loan-validation", "Loan-20251122103000"] {
            let error = choose("state machine", "Loan", named(&[neighbour, "Check"])).unwrap_err();
            assert_eq!(error.to_string(), format!("there is no state machine Loan; there are: {neighbour}, Check"));
        }
        for neighbour in ["Loan-Verification", "Loan-kjhGhjkaghjL", "Loan-202511221030"] {
            let error = choose("state machine", "Loan", named(&[neighbour, "Check"])).unwrap_err();
            let told =
                format!("there is no state machine Loan; if it is one of these, give its name in full: {neighbour}");
            assert_eq!(error.to_string(), told);
        }
    }

    #[test]
    fn not_all_names_of_an_account_are_told() {
        let names: Vec<String> = (0..300).map(|number| format!("machine-{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let told = choose("state machine", "Loan", named(&names)).unwrap_err().to_string();
        assert!(told.contains("machine-19, and 280 more") && !told.contains("machine-20"), "{told}");
    }

    #[test]
    fn two_of_a_name_are_told() {
        let listed = named(&["a-Loan-1SLUTSKQNNHQA", "b-Loan-K3QNB70RFCWZ"]);
        let error = choose("state machine", "Loan", listed).unwrap_err();
        let text = "which state machine Loan? There are: a-Loan-1SLUTSKQNNHQA, b-Loan-K3QNB70RFCWZ";
        assert_eq!(error.to_string(), text);
    }

    fn machines(names: &'static [&'static str], next: Option<&'static str>) -> ListStateMachinesOutput {
        let items = names.iter().map(|name| {
            StateMachineListItem::builder()
                .name(*name)
                .state_machine_arn(format!("arn:aws:states:us-east-1:123456789012:stateMachine:{name}"))
                .r#type(StateMachineType::Standard)
                .creation_date(DateTime::from_secs(0))
                .build()
                .unwrap()
        });
        let items = Some(items.collect()); // an empty page has an empty list
        ListStateMachinesOutput::builder()
            .set_state_machines(items)
            .set_next_token(next.map(Into::into))
            .build()
            .unwrap()
    }

    #[tokio::test]
    async fn an_execution_is_found_by_a_machine_on_a_later_page() {
        let first = mock!(Client::list_state_machines)
            .match_requests(|input| input.next_token().is_none())
            .then_output(|| machines(&["a"], Some("more")));
        let second = mock!(Client::list_state_machines)
            .match_requests(|input| input.next_token() == Some("more"))
            .then_output(|| machines(&["b"], None));
        let sfn = mock_client!(aws_sdk_sfn, RuleMode::MatchAny, [&first, &second]);
        let arn = execution(&sfn, "b:act-1").await.unwrap();
        assert_eq!(arn, "arn:aws:states:us-east-1:123456789012:execution:b:act-1");
        assert_eq!(machine_of(&arn), "arn:aws:states:us-east-1:123456789012:stateMachine:b");
        assert_eq!(end_of(&arn), "b:act-1");
        assert!(is_execution_arn(&arn) && !is_execution_arn("b:act-1"));
    }

    async fn function_among(names: &'static [&'static str], stack: Option<&str>) -> Result<String, Error> {
        let functions = || {
            let functions = names.iter().map(|name| FunctionConfiguration::builder().function_name(*name).build());
            ListFunctionsOutput::builder().set_functions(Some(functions.collect())).build()
        };
        let rule = mock!(aws_sdk_lambda::Client::list_functions).then_output(functions);
        function(&mock_client!(aws_sdk_lambda, [&rule]), "SweepFunction", stack).await
    }

    #[tokio::test]
    async fn the_one_function_of_a_logical_id_is_found_and_of_several_that_of_a_stack() {
        const ONE: &[&str] = &["bridge-OpenFunction-1SLUTSKQNNHQA", "bridge-SweepFunction-1SLUTSKQNNHQA"];
        // Nothing else has a name that goes on after this id.
        const WORD: &[&str] = &["bridge-SweepFunction-kjhGhjkaghjL"];
        const SEVERAL: &[&str] = &["a-SweepFunction-1SLUTSKQNNHQA", "b-a-SweepFunction-K3QNB70RFCWZ"];
        assert_eq!(function_among(ONE, None).await.unwrap(), ONE[1]);
        assert_eq!(function_among(WORD, None).await.unwrap(), WORD[0]);
        assert_eq!(function_among(SEVERAL, Some("a")).await.unwrap(), SEVERAL[0]);
        assert_eq!(function_among(SEVERAL, Some("b-a")).await.unwrap(), SEVERAL[1]);
        for (names, stack, told) in [
            (&[][..], None, "there is no function SweepFunction"),
            (&["SweepFunction", "Sweep-1SLUTSKQNNHQA"], None, "there is no function SweepFunction"),
            (SEVERAL, None, "Give --stack or --function; there are: a-SweepFunction-1SLUTSKQNNHQA, b-a-"),
            (SEVERAL, Some("c"), "the stack c has no function SweepFunction; there are: a-Sweep"),
        ] {
            let refused = function_among(names, stack).await.unwrap_err().to_string();
            assert!(refused.contains(told), "{refused}");
        }
    }

    #[tokio::test]
    async fn an_execution_of_an_express_workflow_cannot_be_told() {
        let sfn = mock_client!(aws_sdk_sfn, RuleMode::MatchAny, Vec::<&aws_smithy_mocks::Rule>::new());
        let arn = "arn:aws:states:us-east-1:123456789012:express:credit-check:act-1:9c1b";
        assert!(is_execution_arn(arn));
        assert_eq!(execution(&sfn, arn).await.unwrap_err().to_string(), NO_HISTORY);
    }

    #[test]
    fn an_execution_belongs_to_a_machine_whatever_it_was_started_by() {
        let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:loan";
        for started_by in [machine.to_owned(), format!("{machine}:7"), format!("{machine}:prod")] {
            assert_eq!(execution_of(&started_by, "a"), "arn:aws:states:us-east-1:123456789012:execution:loan:a");
        }
    }

    #[test]
    fn arns_and_urls_are_shortened_to_what_they_name() {
        for (long, named) in [
            ("arn:aws:lambda:us-east-1:123456789012:function:score:$LATEST", "score:$LATEST"),
            ("arn:${AWS::Partition}:lambda:${AWS::Region}:123456789012:function:score:live", "score:live"),
            ("arn:aws:states:us-east-1:123456789012:stateMachine:loan:prod", "loan:prod"),
            ("arn:aws:states:us-east-1:123456789012:activity:greet", "greet"),
            ("arn:aws:ecs:us-east-1:123456789012:task-definition/family:7", "family:7"),
            ("arn:aws:batch:us-east-1:123456789012:job-definition/job:3", "job:3"),
            ("arn:aws:sns:us-east-1:123456789012:orders", "orders"),
            ("family:7", "family:7"),
            ("https://sqs.us-east-1.amazonaws.com/123456789012/checks", "checks"),
            ("https://api.example.com/score?key=1#a/b", "score"),
            ("api.example.com", "api.example.com"),
        ] {
            assert_eq!(short(long), named, "{long}");
        }
    }

    #[tokio::test]
    async fn a_bare_name_is_no_execution() {
        let sfn = mock_client!(aws_sdk_sfn, RuleMode::MatchAny, Vec::<&aws_smithy_mocks::Rule>::new());
        let error = execution(&sfn, "act-1").await.unwrap_err();
        assert_eq!(error.to_string(), "act-1: an execution is named by its ARN, or as MACHINE:NAME");
    }
}
