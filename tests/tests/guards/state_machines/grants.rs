//! What state machines may do, and what may be done about their tasks.

use super::*;

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
