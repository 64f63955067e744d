//! Queues, functions and permissions of template.yaml.

use callback_bridge_tests::{Resource, Template, repository};
use serde_json::json;

const FOUR_DAYS: u64 = 4 * 24 * 3600;
const FOURTEEN_DAYS: u64 = 14 * 24 * 3600;

/// The queue that gets what this one gives up.
fn dead_letter_target(queue: &Resource) -> Option<&str> {
    Some(Resource::target(&queue.properties.get("RedrivePolicy")?["deadLetterTargetArn"]))
}

#[test]
fn every_queue_is_encrypted_and_keeps_longer_than_what_it_gets_messages_from() {
    let template = Template::read();
    let queues = template.all("AWS::SQS::Queue");
    let targets: Vec<&str> = queues.iter().filter_map(|(_, queue)| dead_letter_target(queue)).collect();
    for (id, queue) in &queues {
        assert_eq!(queue.properties["SqsManagedSseEnabled"], true, "{id}");
        let kept = if targets.contains(id) { FOURTEEN_DAYS } else { FOUR_DAYS };
        assert_eq!(queue.properties["MessageRetentionPeriod"], kept, "{id}");
    }
}

/// Down to the terminal queue, every queue gives up to another one, and a function reads it. A FIFO queue cannot give up to
/// the terminal queue, so the last of them has a function that sends there what it can do nothing about.
#[test]
fn every_queue_has_a_dead_letter_queue_that_somebody_reads() {
    let template = Template::read();
    let sources = template.all("AWS::Lambda::EventSourceMapping");
    let reader = |queue: &str| {
        let reads = |source: &Resource| Resource::target(&source.properties["EventSourceArn"]) == queue;
        let (_, source) = sources.iter().find(|(_, source)| reads(source))?;
        Some(&template.resources[Resource::target(&source.properties["FunctionName"])])
    };
    let mut unread = Vec::new();
    for (id, queue) in template.all("AWS::SQS::Queue") {
        let Some(reader) = reader(id) else {
            unread.push(id);
            continue;
        };
        if let Some(target) = dead_letter_target(queue) {
            assert!(queue.properties["RedrivePolicy"]["maxReceiveCount"].as_u64() >= Some(5), "{id}");
            let kinds = [queue, &template.resources[target]].map(|queue| queue.properties["FifoQueue"] == true);
            assert_eq!(kinds[0], kinds[1], "{id}: a queue can only give up to one of its kind");
        } else {
            assert_eq!(queue.properties["FifoQueue"], true, "{id} gives up to nobody");
            let terminal = &reader.properties["Environment"]["Variables"]["BRIDGE_TERMINAL_QUEUE_URL"];
            assert_eq!(Resource::target(terminal), "TerminalQueue", "{id}");
        }
    }
    assert_eq!(unread, ["TerminalQueue"]);
}

#[test]
fn an_alarm_watches_every_queue_that_gets_what_another_gave_up() {
    let template = Template::read();
    let alarms = template.all("AWS::CloudWatch::Alarm");
    let watched: Vec<&str> =
        alarms.iter().map(|(_, alarm)| Resource::target(&alarm.properties["Dimensions"][0]["Value"])).collect();
    for target in template.all("AWS::SQS::Queue").iter().filter_map(|(_, queue)| dead_letter_target(queue)) {
        assert!(watched.contains(&target), "no alarm watches {target}");
    }
    let (_, terminal) = alarms.iter().find(|(id, _)| *id == "TerminalAlarm").unwrap();
    assert_eq!(terminal.properties["MetricName"], "ApproximateNumberOfMessagesVisible", "messages stay there");
    for (id, alarm) in alarms {
        let expected = json!({ "Fn::If": ["HasAlarmTopic", [{ "Ref": "AlarmTopicArn" }], { "Ref": "AWS::NoValue" }] });
        assert_eq!(alarm.properties["AlarmActions"], expected, "{id}");
    }
}

#[test]
fn every_queue_that_a_function_reads_can_be_read_without_loss() {
    let template = Template::read();
    for (id, source) in template.all("AWS::Lambda::EventSourceMapping") {
        let properties = &source.properties;
        assert_eq!(properties["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{id}");
        assert!(
            properties.get("FilterCriteria").is_none(),
            "{id}: a filter deletes what it does not match, tokens included"
        );
        assert!(properties["ScalingConfig"].get("MaximumConcurrency").is_some(), "{id}");

        let queue = &template.resources[Resource::target(&properties["EventSourceArn"])].properties;
        let function = &template.resources[Resource::target(&properties["FunctionName"])].properties;
        let window = properties["MaximumBatchingWindowInSeconds"].as_u64().unwrap_or(0);
        let least = 6 * template.most(&function["Timeout"]) + window;
        assert!(queue["VisibilityTimeout"].as_u64() >= Some(least), "{id}: visibility below {least} seconds");
        if let Some(policy) = queue.get("RedrivePolicy") {
            let max_receives = policy["maxReceiveCount"].to_string();
            assert_eq!(function["Environment"]["Variables"]["BRIDGE_MAX_RECEIVES"], max_receives, "{id}");
        }
    }
}

/// Who may send to a queue by its policy is somebody who does: what delivers to it, or what is to give up there.
#[test]
fn a_service_may_send_only_to_the_queues_that_it_delivers_or_gives_up_to() {
    let template = Template::read();
    let mut allowed = Vec::new();
    for (id, policy) in template.all("AWS::SQS::QueuePolicy") {
        for statement in policy.properties["PolicyDocument"]["Statement"].as_array().unwrap() {
            let statement = statement.pointer("/Fn::If/1").unwrap_or(statement);
            if statement["Principal"]["Service"].is_string() {
                let queues = &policy.properties["Queues"];
                assert_eq!(*queues, json!([{ "Ref": Resource::target(&statement["Resource"]) }]), "{id}");
                allowed.push((statement["Sid"].as_str().unwrap(), Resource::target(&statement["Resource"])));
            }
        }
    }
    allowed.sort_unstable();
    let (delivered, given_up) = ("CreditCheckQueue", "DeadLetterQueue");
    let expected = [
        ("RuleGivesUpTasks", given_up),
        ("RuleSendsTasks", delivered),
        ("TopicGivesUpTasks", given_up),
        ("TopicSendsTasks", delivered),
    ];
    assert_eq!(allowed, expected);
}

/// Whoever subscribes to a topic reads what it tells, encrypted or not.
#[test]
fn a_topic_with_tokens_or_links_is_published_on_by_its_state_machines_alone() {
    let template = Template::read();
    let policies = template.all("AWS::SNS::TopicPolicy");
    for (topic, publishers) in [("CreditCheckTopic", 1), ("ApprovalLinksTopic", 2)] {
        let of_topic = |(_, policy): &&(&str, &Resource)| policy.properties["Topics"] == json!([{ "Ref": topic }]);
        let (_, policy) = policies.iter().find(of_topic).unwrap_or_else(|| panic!("{topic} has no policy"));
        let statements = policy.properties["PolicyDocument"]["Statement"].as_array().unwrap();
        let (allow, deny): (Vec<_>, Vec<_>) = statements.iter().partition(|statement| statement["Effect"] == "Allow");
        let [allow] = allow[..] else { panic!("{topic}: {statements:?}") };
        assert_eq!(allow["Action"], "sns:Publish", "{topic}");
        let roles = &allow["Principal"]["AWS"];
        let roles: Vec<_> = roles.as_array().map_or_else(|| vec![roles], |roles| roles.iter().collect());
        assert_eq!(roles.len(), publishers, "{topic}");
        for role in roles {
            assert!(Resource::target(role).ends_with("StateMachineRole"), "{topic}: {role}");
        }
        assert!(deny.iter().all(|statement| statement["Action"] == "sns:Subscribe"), "{topic}");
    }
}

#[test]
fn every_function_is_built_and_logs_as_the_others() {
    let template = Template::read();
    for (id, function) in template.all("AWS::Lambda::Function") {
        let properties = &function.properties;
        assert_eq!(properties["Runtime"], "provided.al2023", "{id}");
        assert_eq!(properties["Architectures"], json!([{ "Ref": "Architecture" }]), "{id}");
        assert_eq!(properties["TracingConfig"]["Mode"], "Active", "{id}");
        assert_eq!(properties["LoggingConfig"]["LogFormat"], "JSON", "{id}");
        let log_group = Resource::target(&properties["LoggingConfig"]["LogGroup"]);
        assert!(template.resources[log_group].properties.get("RetentionInDays").is_some(), "{id}");

        let stem = id.strip_suffix("Function").unwrap_or_else(|| panic!("{id} does not end in Function"));
        let binary = kebab_case(stem);
        assert_eq!(function.metadata["BuildProperties"]["Binary"], json!(binary), "{id}");
        assert!(repository().join("functions").join(&binary).is_dir(), "{id} has no folder functions/{binary}");
    }
    assert_eq!(template.parameters["Architecture"]["Default"], "arm64");
}

#[test]
fn state_machines_log_without_execution_data() {
    for (id, machine) in Template::read().all("AWS::StepFunctions::StateMachine") {
        let logging = &machine.properties["LoggingConfiguration"];
        assert_eq!((&logging["Level"], &logging["IncludeExecutionData"]), (&json!("ALL"), &json!(false)), "{id}");
        assert_eq!(machine.properties["TracingConfiguration"]["Enabled"], true, "{id}");
    }
}

#[test]
fn every_role_is_written_out_and_names_its_resources() {
    let template = Template::read();
    let (roles, policies) = (template.all("AWS::IAM::Role"), template.all("AWS::IAM::Policy"));
    let mut documents = Vec::new();
    for (id, role) in &roles {
        assert!(role.properties.get("ManagedPolicyArns").is_none(), "{id}: a managed policy reaches the whole account");
        let within = role.properties["Policies"].as_array().into_iter().flatten();
        let by_itself = policies.iter().map(|(_, policy)| &policy.properties);
        let by_itself = by_itself.filter(|policy| policy["Roles"].as_array().unwrap().contains(&json!({ "Ref": id })));
        let of_role: Vec<_> = within.chain(by_itself).map(|policy| (id, &policy["PolicyDocument"])).collect();
        assert!(!of_role.is_empty(), "{id} may do nothing");
        documents.extend(of_role);
    }
    for (id, document) in documents {
        for statement in document["Statement"].as_array().unwrap() {
            // One that depends on a parameter is there, or nothing is.
            let statement = statement.pointer("/Fn::If/1").unwrap_or(statement);
            let actions = statement["Action"].to_string();
            assert!(!actions.contains('*'), "{id}: {actions}");
            assert!(statement.get("Sid").is_some(), "{id}: {statement} does not say what it is for");
        }
    }
}

#[test]
fn every_wildcard_resource_has_a_reason_on_the_line_before() {
    let text = std::fs::read_to_string(repository().join("template.yaml")).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_wildcard = |line: &str| line.starts_with("Resource:") && line.contains('*');
    let wildcards: Vec<usize> = (0..lines.len()).filter(|number| is_wildcard(lines[*number])).collect();
    for number in &wildcards {
        assert!(lines[number - 1].starts_with("# "), "line {}: a wildcard without a reason", number + 1);
    }
    assert!(!wildcards.is_empty(), "X-Ray needs wildcards, so this guard looks for the wrong thing");
}

#[test]
fn every_parameter_and_output_is_described() {
    let template = Template::read();
    for (name, part) in template.parameters.iter().chain(&template.outputs) {
        assert!(part["Description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
}

fn kebab_case(name: &str) -> String {
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(letter.to_lowercase());
    }
    kebab
}
