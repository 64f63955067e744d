//! Every task that waits can end.

use super::*;

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
