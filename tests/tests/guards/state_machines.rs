//! infra/statemachines: every task that waits can end.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use callback_bridge::RuntimeSettings;
use callback_bridge_tests::{Resource, Template, repository};
use serde_json::{Value, json};

fn files() -> Vec<PathBuf> {
    let folder = fs::read_dir(repository().join("infra/statemachines")).unwrap();
    let files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    files
}

/// The state machine with the definition of this file.
fn machine<'a>(template: &'a Template, file: &Path) -> &'a Resource {
    let name = file.file_name().unwrap().to_str().unwrap();
    let machines = template.all("AWS::StepFunctions::StateMachine");
    let (_, machine) = machines
        .into_iter()
        .find(|(_, machine)| machine.properties["DefinitionS3Location"]["Key"].as_str().unwrap().ends_with(name))
        .unwrap_or_else(|| panic!("{name} is not deployed"));
    machine
}

/// A definition with every substitution replaced by the default of its parameter, or by the logical id of its resource.
fn definition(template: &Template, file: &Path) -> (Value, BTreeMap<String, Value>) {
    let name = file.file_name().unwrap().to_str().unwrap();
    let substitutions = machine(template, file).properties["DefinitionSubstitutions"].as_object().unwrap().clone();
    let mut text = fs::read_to_string(file).unwrap();
    for (placeholder, value) in &substitutions {
        let target = Resource::target(value);
        let value = template.parameters.get(target).map_or(json!(target), |parameter| parameter["Default"].clone());
        let value = value.as_str().map_or(value.to_string(), str::to_owned);
        text = text.replace(&format!("${{{placeholder}}}"), &value);
    }
    let definition = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    (definition, substitutions.into_iter().collect())
}

/// Every state, also those within Map and Parallel states, by name.
fn states(definition: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (name, state) in definition["States"].as_object().unwrap() {
        found.push((name.clone(), state.clone()));
        let branches = state["Branches"].as_array().cloned().unwrap_or_default();
        for inner in
            branches.iter().chain([&state["ItemProcessor"], &state["Iterator"]]).filter(|inner| inner.is_object())
        {
            found.extend(states(inner));
        }
    }
    found
}

/// The states that hand out a token, and wait for it.
fn waiting_states(template: &Template) -> Vec<(String, Value, BTreeMap<String, Value>)> {
    states_that_call(template, "waitForTaskToken")
}

/// The states that call their service in this pattern, in whichever version of it.
fn states_that_call(template: &Template, wanted: &str) -> Vec<(String, Value, BTreeMap<String, Value>)> {
    let mut found = Vec::new();
    for file in files() {
        let (definition, substitutions) = definition(template, &file);
        for (name, state) in states(&definition) {
            let called = state["Resource"].as_str().and_then(|resource| resource.rsplit_once('.'));
            if called.is_some_and(|(_, pattern)| pattern.split(':').next() == Some(wanted)) {
                found.push((format!("{}: {name}", file.display()), state, substitutions.clone()));
            }
        }
    }
    assert!(!found.is_empty(), "no state calls its service by .{wanted}");
    found
}

/// Whether somebody asks for the tasks of a state.
fn is_of_activity(template: &Template, state: &Value) -> bool {
    let resource = state["Resource"].as_str().and_then(|resource| template.resources.get(resource));
    resource.is_some_and(|resource| resource.r#type == "AWS::StepFunctions::Activity")
}

/// The states whose tasks somebody asks for.
fn states_of_activities(template: &Template) -> Vec<(String, Value, BTreeMap<String, Value>)> {
    let mut found = Vec::new();
    for file in files() {
        let (definition, substitutions) = definition(template, &file);
        for (name, state) in states(&definition).into_iter().filter(|(_, state)| is_of_activity(template, state)) {
            found.push((format!("{}: {name}", file.display()), state, substitutions.clone()));
        }
    }
    assert!(!found.is_empty(), "no state is of an activity");
    found
}

/// A task that is lost on its way from the activity to the queue ends by its heartbeat, which poll-activity has to be told.
#[test]
fn every_state_of_an_activity_has_the_heartbeat_that_its_messages_repeat() {
    let template = Template::read();
    let poller = &template.resources["PollActivityFunction"].properties["Environment"]["Variables"];
    for (name, state, substitutions) in states_of_activities(&template) {
        assert_eq!(substitutions["HeartbeatSeconds"], poller["BRIDGE_ACTIVITY_HEARTBEAT_SECONDS"], "{name}");
        assert!(state["HeartbeatSeconds"].as_u64() < state["TimeoutSeconds"].as_u64(), "{name}");
        let queue = &template.resources["CreditCheckQueue"].properties;
        let silence =
            queue["VisibilityTimeout"].as_u64().unwrap() + RuntimeSettings::default().redelivery.longest().as_secs();
        assert!(state["HeartbeatSeconds"].as_u64() > Some(silence), "{name}: nobody may beat for {silence} s");
    }
}

/// `TimeoutSeconds` of the state counts from when somebody takes the task.
#[test]
fn an_execution_whose_activity_nobody_asks_for_tasks_ends_too() {
    let template = Template::read();
    let mut found = 0;
    for file in files() {
        let (definition, _) = definition(&template, &file);
        for (name, state) in states(&definition).into_iter().filter(|(_, state)| is_of_activity(&template, state)) {
            found += 1;
            let (execution, state) = (&definition["TimeoutSeconds"], &state["TimeoutSeconds"]);
            assert!(execution.as_u64() > state.as_u64(), "{}: {name} may wait for a year", file.display());
        }
    }
    assert!(found > 0, "no state is of an activity");
}

#[test]
fn every_state_that_waits_has_a_timeout_and_catches_it_under_both_names() {
    let template = Template::read();
    for (name, state, _) in waiting_states(&template).into_iter().chain(states_of_activities(&template)) {
        assert!(state["TimeoutSeconds"].as_u64() > Some(0), "{name} would wait for a year");
        let catchers: Vec<&Value> =
            state["Catch"].as_array().unwrap().iter().map(|catch| &catch["ErrorEquals"]).collect();
        let timeouts = json!(["States.Timeout", "States.HeartbeatTimeout"]);
        assert!(catchers.contains(&&timeouts), "{name} does not catch its timeouts under both names");
        assert_eq!(catchers.last(), Some(&&json!(["States.ALL"])), "{name}: States.ALL stands alone, and last");
    }
}

/// A job has no token and no heartbeats. Its timeout may be an expression, which makes it longer than that of the job.
#[test]
fn every_state_that_waits_for_a_job_has_a_timeout_and_catches_it() {
    for (name, state, _) in states_that_call(&Template::read(), "sync") {
        let timeout = &state["TimeoutSeconds"];
        let is_computed = timeout.as_str().is_some_and(|text| text.starts_with("{%") && text.ends_with("%}"));
        assert!(timeout.as_u64() > Some(0) || is_computed, "{name} would wait for a year: {timeout}");
        let catchers: Vec<&Value> =
            state["Catch"].as_array().unwrap().iter().map(|catch| &catch["ErrorEquals"]).collect();
        assert!(catchers.contains(&&json!(["States.Timeout"])), "{name} does not catch its timeout");
        assert_eq!(catchers.last(), Some(&&json!(["States.ALL"])), "{name}: States.ALL stands alone, and last");
    }
}

/// What a state calls its service with, in either query language.
fn arguments(state: &Value) -> &Value {
    state.get("Arguments").unwrap_or(&state["Parameters"])
}

/// What a state sends with its token, by whichever service.
fn message(state: &Value) -> &Value {
    let places = ["/MessageBody", "/Message", "/Entries/0/Detail", "/Payload", "/Input"];
    places.iter().find_map(|place| arguments(state).pointer(place)).unwrap_or(&Value::Null)
}

/// The queue that what a state sends arrives at, if it does: its own, that of its topic's subscription, or of its bus's rule.
fn queue_of<'t>(template: &'t Template, state: &Value) -> Option<(&'t str, &'t Resource)> {
    let of = |r#type: &str, by: &str, given: &str| {
        let found = template.all(r#type).into_iter().find(|(_, found)| found.properties[by]["Ref"] == given);
        found.unwrap_or_else(|| panic!("no {type} has {given}")).1
    };
    let text = |place: &str| arguments(state).pointer(place).and_then(Value::as_str);
    let target = if let Some(topic) = text("/TopicArn") {
        Resource::target(&of("AWS::SNS::Subscription", "TopicArn", topic).properties["Endpoint"])
    } else if let Some(bus) = text("/Entries/0/EventBusName") {
        Resource::target(&of("AWS::Events::Rule", "EventBusName", bus).properties["Targets"][0]["Arn"])
    } else {
        text("/QueueUrl")?
    };
    let (id, queue) = template.resources.get_key_value(target).expect("the queue is one of the template");
    Some((id, queue))
}

/// The parameter that a variable of the function that reads a queue is set from.
fn parameter_of_reader(template: &Template, queue: &str, variable: &str) -> Value {
    let sources = template.all("AWS::Lambda::EventSourceMapping");
    let reads = |source: &Resource| Resource::target(&source.properties["EventSourceArn"]) == queue;
    let (_, source) = sources.into_iter().find(|(_, source)| reads(source)).expect("somebody reads every queue");
    let reader = &template.resources[Resource::target(&source.properties["FunctionName"])];
    reader.properties["Environment"]["Variables"][variable]["Ref"].clone()
}

#[test]
fn heartbeats_are_asked_for_where_the_worker_knows_of_them() {
    let template = Template::read();
    for (name, state, substitutions) in waiting_states(&template) {
        let Some(heartbeat) = state.get("HeartbeatSeconds") else { continue };
        let said = &message(&state)["heartbeatSeconds"];
        let (queue, _) = queue_of(&template, &state).expect("somebody who reads a queue beats");
        if message(&state)["webhook"].is_object() {
            // The destination beats, and the bridge does not beat for it.
            assert!(said.is_null(), "{name}: the bridge would beat for a destination that has gone silent");
        } else if said.is_null() {
            let configured = parameter_of_reader(&template, queue, "BRIDGE_HEARTBEAT_SECONDS");
            let set = substitutions["HeartbeatSeconds"]["Ref"].clone();
            assert_eq!(set, configured, "{name}: the worker would not know when to beat");
        } else {
            assert_eq!(heartbeat, said, "{name}: the worker would not know when to beat");
        }
        assert!(heartbeat.as_u64() < state["TimeoutSeconds"].as_u64(), "{name}");
    }
}

#[test]
fn what_a_message_repeats_is_what_the_state_says() {
    for (name, state, _) in waiting_states(&Template::read()) {
        let body = message(&state);
        for (field, repeated) in [("HeartbeatSeconds", "heartbeatSeconds"), ("TimeoutSeconds", "timeoutSeconds")] {
            assert!(body[repeated].is_null() || body[repeated] == state[field], "{name}: {repeated}");
        }
    }
}

#[test]
fn messages_to_a_fifo_queue_differ_by_their_token() {
    let template = Template::read();
    let waiting = waiting_states(&template);
    let is_in_order =
        |state| queue_of(&template, state).is_some_and(|(_, queue)| queue.properties["FifoQueue"] == true);
    let in_order = waiting.iter().filter(|(_, state, _)| is_in_order(state));
    let mut found = 0;
    for (name, state, _) in in_order {
        let id = state["Parameters"]["MessageDeduplicationId.$"].as_str().unwrap_or_default();
        assert!(id.contains("$$.Task.Token"), "{name}: two tokens in equal messages would be one");
        found += 1;
    }
    assert!(found > 0, "no state sends to a FIFO queue");
}

/// What has gone wrong after the token went out is no reason for another one: whoever has the first works in vain. What the
/// service itself fails with is one.
#[test]
fn a_state_that_hands_out_a_token_tries_again_by_the_names_of_errors_alone() {
    for (name, state, _) in waiting_states(&Template::read()) {
        let retries = state["Retry"].as_array().unwrap_or_else(|| panic!("{name} does not try again"));
        let errors: Vec<&str> = retries.iter().flat_map(|retry| names_in(&retry["ErrorEquals"])).collect();
        assert!(!errors.iter().any(|error| error.starts_with("States.")), "{name}: {errors:?}");
        let service = service_of(&state);
        assert!(errors.iter().any(|error| error.starts_with(service)), "{name}: none of {errors:?} is of {service}");
        let is_paid_for = message(&state)["webhook"].is_object();
        assert!(!is_paid_for || !errors.contains(&"SQS.SdkClientException"), "{name}: it might be paid for twice");
    }
}

fn names_in(errors: &Value) -> impl Iterator<Item = &str> {
    errors.as_array().unwrap().iter().map(|error| error.as_str().unwrap())
}

/// What the names of the errors begin with that a state's service fails with.
fn service_of(state: &Value) -> &'static str {
    match state["Resource"].as_str().unwrap().split(':').nth(5).unwrap() {
        "sqs" => "SQS.",
        "sns" => "SNS.",
        "events" => "EventBridge.",
        "lambda" => "Lambda.",
        "states" => "StepFunctions.",
        "ecs" => "ECS.",
        other => panic!("say here what the errors of {other} begin with"),
    }
}

/// In a FIFO queue a task may wait behind another one until that is given up.
#[test]
fn a_killed_worker_is_replaced_before_its_heartbeat_is_missed() {
    let template = Template::read();
    let longest_backoff = RuntimeSettings::default().redelivery.longest().as_secs();
    for (name, state, _) in waiting_states(&template) {
        let Some(heartbeat) = state["HeartbeatSeconds"].as_u64() else { continue };
        let (_, queue) = queue_of(&template, &state).expect("somebody who reads a queue beats");
        let queue = &queue.properties;
        let deliveries =
            if queue["FifoQueue"] == true { queue["RedrivePolicy"]["maxReceiveCount"].as_u64() } else { Some(1) };
        let silence = deliveries.unwrap() * (queue["VisibilityTimeout"].as_u64().unwrap() + longest_backoff);
        assert!(heartbeat > silence, "{name}: {heartbeat} s, where nobody may beat for {silence} s");
    }
}

/// The guide's example keeps its shape: what it lacks is a timeout and a Catch.
#[test]
fn the_example_of_heartbeats_is_the_guides() {
    let template = Template::read();
    let waiting = waiting_states(&template);
    let (_, push, _) = waiting.iter().find(|(name, ..)| name.ends_with("push-to-sqs.asl.json: Push to SQS")).unwrap();
    assert_eq!(push["HeartbeatSeconds"], 600);
    assert_eq!(push["Parameters"]["MessageBody"]["myTaskToken.$"], "$$.Task.Token");
    assert_eq!(push["ResultPath"], "$.SQS");
    assert_eq!(push["End"], true);
}

/// The actions that a task of a state machine needs, and the logical ids of what they are about, or its ARN as it is put together.
fn needed(template: &Template, machine: &str, name: &str, state: &Value) -> Vec<(String, String)> {
    let resource = state["Resource"].as_str().unwrap();
    let called = resource.trim_start_matches("arn:aws:states:::");
    let (integration, pattern) = called.split_once('.').unwrap_or((called, ""));
    let given = |place: &str| {
        let target = arguments(state).pointer(place).and_then(Value::as_str);
        target.unwrap_or_else(|| panic!("{name} has no {place}")).to_owned()
    };
    let mut needed = match integration {
        "lambda:invoke" => vec![("lambda:InvokeFunction", given("/FunctionName"))],
        "sns:publish" => vec![("sns:Publish", given("/TopicArn"))],
        "sqs:sendMessage" => vec![("sqs:SendMessage", given("/QueueUrl"))],
        "events:putEvents" => vec![("events:PutEvents", given("/Entries/0/EventBusName"))],
        "states:startExecution" => vec![("states:StartExecution", given("/StateMachineArn"))],
        "batch:submitJob" => {
            vec![("batch:SubmitJob", given("/JobQueue")), ("batch:SubmitJob", given("/JobDefinition"))]
        }
        "ecs:runTask" => {
            let definition = given("/TaskDefinition");
            let properties = &template.resources[&definition].properties;
            let roles = ["TaskRoleArn", "ExecutionRoleArn"].map(|role| Resource::target(&properties[role]).to_owned());
            let passed = roles.into_iter().map(|role| ("iam:PassRole", role));
            passed.chain([("ecs:RunTask", definition)]).collect()
        }
        // It is given the token by whoever starts it.
        "aws-sdk:sfn:sendTaskFailure" => vec![("states:SendTaskFailure", starter_of(template, machine))],
        "aws-sdk:sfn:sendTaskSuccess" => vec![("states:SendTaskSuccess", starter_of(template, machine))],
        // It waits until somebody asks for it.
        _ if is_of_activity(template, state) => Vec::new(),
        _ => panic!("{name}: say here which action {resource} needs"),
    };
    if pattern.starts_with("sync") {
        needed.extend(needed_to_wait(integration, &given));
    }
    needed.into_iter().map(|(action, target)| (action.to_owned(), target)).collect()
}

/// What it takes to learn of a job's end, by a rule that Step Functions makes, and to stop it.
fn needed_to_wait(integration: &str, given: &impl Fn(&str) -> String) -> Vec<(&'static str, String)> {
    let here = "${AWS::Region}:${AWS::AccountId}";
    let (watched, rule) = match integration {
        "states:startExecution" => {
            let executions =
                format!("arn:${{AWS::Partition}}:states:{here}:execution:${{{}.Name}}:*", given("/StateMachineArn"));
            let watched = [("states:DescribeExecution", executions.clone()), ("states:StopExecution", executions)];
            (watched, "StepFunctionsGetEventsForStepFunctionsExecutionRule")
        }
        "batch:submitJob" => {
            let jobs = format!("arn:${{AWS::Partition}}:batch:{here}:job/*");
            let watched = [("batch:DescribeJobs", "*".to_owned()), ("batch:TerminateJob", jobs)];
            (watched, "StepFunctionsGetEventsForBatchJobsRule")
        }
        _ => panic!("say here what it takes to wait for {integration}"),
    };
    let rule = format!("arn:${{AWS::Partition}}:events:{here}:rule/{rule}");
    let by_rule = ["events:PutTargets", "events:PutRule", "events:DescribeRule"].map(|action| (action, rule.clone()));
    watched.into_iter().chain(by_rule).collect()
}

/// The state machine that starts this one and waits.
fn starter_of(template: &Template, machine: &str) -> String {
    let machines = template.all("AWS::StepFunctions::StateMachine").into_iter();
    let mut starters = machines.filter(|(_, other)| {
        let substitutions = other.properties["DefinitionSubstitutions"].as_object().unwrap();
        substitutions.values().any(|value| Resource::target(value) == machine)
    });
    let (starter, _) = starters.next().unwrap_or_else(|| panic!("nobody starts {machine}"));
    assert!(starters.next().is_none(), "more than one starts {machine}");
    starter.to_owned()
}

/// What a role may do, but for the logs and traces that Step Functions writes with it: actions, and logical ids. Some of it may
/// be granted by policies beside the role.
fn granted(template: &Template, role: &str) -> BTreeSet<(String, String)> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let of_role = template.resources[role].properties["Policies"].as_array().unwrap().iter();
    let beside = template.all("AWS::IAM::Policy").into_iter().map(|(_, policy)| &policy.properties);
    let beside = beside.filter(|policy| list(&policy["Roles"]).iter().any(|of| Resource::target(of) == role));
    let policies: Vec<&Value> = of_role.chain(beside).collect();
    let mut granted = BTreeSet::new();
    for statement in policies.iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"])) {
        for action in list(&statement["Action"]) {
            let action = action.as_str().unwrap().to_owned();
            if !action.starts_with("logs:") && !action.starts_with("xray:") {
                let targets = list(&statement["Resource"]);
                let named = |target: &Value| {
                    let arn = target.as_str().or(target["Fn::Sub"].as_str());
                    arn.unwrap_or_else(|| Resource::target(target)).to_owned()
                };
                granted.extend(targets.iter().map(|target| (action.clone(), named(target))));
            }
        }
    }
    granted
}

#[test]
fn a_state_machine_may_do_what_its_tasks_do_and_nothing_else() {
    let template = Template::read();
    for file in files() {
        let (definition, _) = definition(&template, &file);
        let tasks = states(&definition).into_iter().filter(|(_, state)| state["Type"] == "Task");
        let machine = machine(&template, &file);
        let (id, _) = template.resources.iter().find(|(_, resource)| std::ptr::eq(*resource, machine)).unwrap();
        let needed: BTreeSet<_> = tasks.flat_map(|(name, state)| needed(&template, id, &name, &state)).collect();
        let role = Resource::target(&machine.properties["RoleArn"]);
        assert_eq!(granted(&template, role), needed, "{role}");
    }
}

/// An update that moved them to a policy beside the role would take them away long before it gives them again. Only a state
/// machine that invokes a function cannot be named by the role that this function waits for.
#[test]
fn what_functions_may_answer_stands_in_their_roles() {
    let template = Template::read();
    let functions = template.all("AWS::Lambda::Function");
    let mut beside = BTreeSet::new();
    for (id, policy) in template.all("AWS::IAM::Policy") {
        let is_of = |(_, function): &&(&str, &Resource)| {
            policy.properties["Roles"] == json!([{ "Ref": Resource::target(&function.properties["Role"]) }])
        };
        let Some((function, _)) = functions.iter().find(is_of) else { continue };
        for statement in policy.properties["PolicyDocument"]["Statement"].as_array().unwrap() {
            let Some(machine) = statement["Resource"]["Ref"].as_str() else {
                panic!("{id} is of more than one state machine")
            };
            if let Some(found) = template.resources.get(machine) {
                let given = found.properties["DefinitionSubstitutions"].as_object().unwrap();
                assert!(given.values().any(|value| value["Fn::GetAtt"][0] == *function), "{id}: {machine}");
                beside.insert(machine.to_owned());
            }
        }
    }
    assert_eq!(beside, ["CreditCheckInvokeStateMachine".to_owned()].into());
}

/// Who decides is no part of what somebody typed.
#[test]
fn approvers_are_named_by_whoever_deploys_and_not_by_the_input() {
    let template = Template::read();
    let mut asking = 0;
    for file in files() {
        let (definition, _) = definition(&template, &file);
        for (name, state) in states(&definition) {
            let approval = &message(&state)["approval"];
            if approval.is_object() {
                asking += 1;
                let approvers = [&approval["approvers"], &approval["approvers.$"]].map(ToString::to_string).concat();
                assert!(!approvers.contains("$."), "{name}: {approvers}");
            }
        }
    }
    assert!(asking > 0, "no state asks anybody");
}

/// Whether a function is called anywhere in a value, in whichever query language, by its name or its ARN.
fn calls(value: &Value, function: &str) -> bool {
    match value {
        Value::String(text) => text.contains(function),
        Value::Array(items) => items.iter().any(|item| calls(item, function)),
        Value::Object(fields) => fields.values().any(|field| calls(field, function)),
        _ => false,
    }
}

/// The files that may not create links, because histories of their executions are kept.
fn keeping_links(template: &Template, definitions: &[(PathBuf, Value)]) -> Vec<String> {
    let creating = definitions.iter().filter(|(_, definition)| calls(definition, "CreateCallbackUrlsFunction"));
    let kept = |file: &Path| machine(template, file).properties["StateMachineType"] != "EXPRESS";
    creating.filter(|(file, _)| kept(file)).map(|(file, _)| file.display().to_string()).collect()
}

/// Links answer a task for whoever has them, and a token does, too: the history of a Standard execution would keep them for 90
/// days, for everybody who may read it.
#[test]
fn links_stand_in_the_history_of_no_execution() {
    let template = Template::read();
    let of_all: Vec<_> = files()
        .into_iter()
        .map(|file| {
            let (definition, _) = definition(&template, &file);
            (file, definition)
        })
        .collect();
    assert!(of_all.iter().any(|(_, definition)| calls(definition, "CreateCallbackUrlsFunction")));
    assert_eq!(keeping_links(&template, &of_all), [""; 0]);
}

/// What that test is for is found in either query language.
#[test]
fn links_in_a_history_would_be_noticed() {
    let template = Template::read();
    let standard = repository().join("infra/statemachines/payment.asl.json");
    for state in [
        json!({ "Parameters": { "FunctionName": "CreateCallbackUrlsFunction" } }),
        json!({ "Arguments": { "FunctionName": "{% 'CreateCallbackUrlsFunction' %}" } }),
        json!({ "Resource": "CreateCallbackUrlsFunction" }),
    ] {
        let branches = json!([{ "States": { "Create links": state } }]);
        let definition = json!({ "States": { "Both": { "Branches": branches } } });
        assert_eq!(keeping_links(&template, &[(standard.clone(), definition)]), [standard.display().to_string()]);
    }
}

/// An Express execution that takes longer than its five minutes ends without a word to whoever waits.
#[test]
fn an_express_execution_fails_the_task_before_its_time_is_over() {
    let template = Template::read();
    let file = repository().join("infra/statemachines/send-links.asl.json");
    let (definition, _) = definition(&template, &file);
    let longest: u64 = definition["States"].as_object().unwrap().iter().map(|(name, state)| longest(name, state)).sum();
    assert!(longest < 5 * 60, "{longest} s");
}

/// How many seconds all tries of a state take, with what is between them: of those within it, one after the other.
fn longest(name: &str, state: &Value) -> u64 {
    let tasks = states(&json!({ "States": { name: state } })).into_iter().filter(|(_, state)| state["Type"] == "Task");
    let tasks: Vec<_> = tasks.collect();
    let once: u64 = tasks.iter().map(|(_, task)| task["TimeoutSeconds"].as_u64().unwrap()).sum();
    if once == 0 {
        return 0;
    }
    assert!(name == "Fail the task" || state["Catch"][0]["Next"] == "Fail the task", "{name}");
    assert!(tasks.iter().all(|(of, task)| of == name || task.get("Retry").is_none()), "{name} multiplies its tries");
    let [retry] = &state["Retry"].as_array().unwrap()[..] else { panic!("{name} is tried again in one way") };
    let [tries, interval, rate] =
        ["MaxAttempts", "IntervalSeconds", "BackoffRate"].map(|of| retry[of].as_u64().unwrap());
    let waits: u64 = (0..u32::try_from(tries).unwrap()).map(|before| interval * rate.pow(before)).sum();
    (tries + 1) * once + waits
}

/// What is left out with the samples, or with the jobs among them, is all that is only theirs.
#[test]
fn every_state_machine_can_be_left_out() {
    let template = Template::read();
    let left_out = ["HasSamples", "HasJobs"].map(|condition| Some(condition.to_owned()));
    for (id, machine) in template.all("AWS::StepFunctions::StateMachine") {
        assert!(left_out.contains(&machine.condition), "{id}");
        let role = Resource::target(&machine.properties["RoleArn"]);
        assert_eq!(template.resources[role].condition, machine.condition, "{role}");
    }
}

/// A token that cannot be delivered to its queue is given up to the queue whose function fails its task.
#[test]
fn whatever_delivers_to_a_queue_of_tokens_gives_up_to_the_dead_letter_queue() {
    let template = Template::read();
    for (id, subscription) in template.all("AWS::SNS::Subscription") {
        if subscription.properties["Protocol"] == "sqs" {
            let given_up = &subscription.properties["RedrivePolicy"]["deadLetterTargetArn"];
            assert_eq!(Resource::target(given_up), "DeadLetterQueue", "{id}");
        }
    }
    for (id, rule) in template.all("AWS::Events::Rule") {
        for target in rule.properties["Targets"].as_array().unwrap() {
            if target["Arn"]["Fn::GetAtt"][0].as_str().is_some_and(|queue| queue.ends_with("Queue")) {
                assert_eq!(Resource::target(&target["DeadLetterConfig"]["Arn"]), "DeadLetterQueue", "{id}");
                let tried = target["RetryPolicy"]["MaximumEventAgeInSeconds"].as_u64();
                assert!(tried.is_some_and(|seconds| seconds < 300), "{id}");
            }
        }
    }
}

#[test]
fn every_state_machine_and_all_its_inputs_stand_on_the_page_about_patterns() {
    let page = fs::read_to_string(repository().join("docs/patterns.md")).unwrap();
    for file in files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        assert!(page.contains(&format!("(../infra/statemachines/{name})")), "{name}");
        let inputs = repository().join("events/statemachines").join(name.replace(".asl.json", ""));
        let inputs: Vec<_> = fs::read_dir(&inputs).unwrap_or_else(|error| panic!("{name}: {error}")).collect();
        assert!(!inputs.is_empty(), "no input of {name}");
        for input in inputs {
            let input = input.unwrap().path();
            let link = format!("(../{})", input.strip_prefix(repository()).unwrap().display());
            assert!(page.contains(&link), "{link}");
        }
    }
}
