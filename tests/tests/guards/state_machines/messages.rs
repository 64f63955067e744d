//! What a state sends with its token.

use super::*;

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
