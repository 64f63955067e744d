//! The state machines of this repository, drawn.

use std::{fs, path::PathBuf};

use super::*;
use crate::test_events::credit_check;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/statemachines")
}

fn definition(name: &str) -> Machine {
    Machine::read(&fs::read_to_string(folder().join(name)).unwrap()).unwrap()
}

fn all_states(machine: &Machine) -> Vec<&State> {
    machine
        .states
        .iter()
        .flat_map(|state| [state].into_iter().chain(state.within.iter().flat_map(all_states)))
        .collect()
}

#[test]
fn every_state_machine_of_ours_is_drawn_with_all_its_states_and_arrows() {
    let mut drawn = 0;
    for file in fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let machine = definition(&name);
        let (mermaid, svg) =
            (draw(&machine, &Visits::default(), Drawing::Mermaid), draw(&machine, &Visits::default(), Drawing::Svg));
        let states = all_states(&machine);
        let arrows: usize = states.iter().map(|state| state.edges.len()).sum();
        let starts = mermaid.matches("(( ))").count();
        assert_eq!(mermaid.matches("->").count(), arrows + starts, "{name}");
        assert_eq!(svg.matches("class=\"arrow").count(), arrows + starts, "{name}");
        for state in states {
            assert!(svg.contains(&format!(">{}</text>", state.name)), "{name}: {}", state.name);
            assert!(mermaid.contains(&format!("\"{}", state.name)), "{name}: {}", state.name);
        }
        assert_eq!(svg.matches("<g").count(), svg.matches("</g>").count(), "{name}");
        drawn += 1;
    }
    assert!(drawn >= 7, "only {drawn} were found");
}

#[test]
fn the_credit_check_is_drawn_so() {
    let expected = r#"flowchart TD
    start(( ))
    s0[/"Check credit<br>sqs:sendMessage<br>waits for its token"/]
    s1{"Is the score good?"}
    s2(["No credit report in time"])
    s3(["Decline"])
    s4(["Credit check failed"])
    s5("Refer to a person")
    s6("Approve")
    start --> s0
    class s0 waits
    s0 --> s1
    s0 -.->|"States.Timeout, States.HeartbeatTimeout"| s2
    s0 -.->|"Credit.Declined"| s3
    s0 -.->|"States.ALL"| s4
    s1 -->|"$.creditReport.score #62;= 700"| s6
    s1 -->|"otherwise"| s5
"#;
    let drawn = draw(&definition("credit-check.asl.json"), &Visits::default(), Drawing::Mermaid);
    let is_expected = |line: &&str| !line.contains("classDef") && !line.ends_with("fails");
    let drawn: Vec<&str> = drawn.lines().filter(is_expected).collect();
    assert_eq!(drawn, expected.lines().collect::<Vec<_>>());
}

#[test]
fn the_way_of_an_execution_is_marked() {
    let visits = Visits::of(&credit_check().events());
    let machine = definition("credit-check.asl.json");
    let mermaid = draw(&machine, &visits, Drawing::Mermaid);
    assert_eq!(mermaid.lines().filter(|line| line.ends_with(" visited")).count(), 3, "{mermaid}");
    let svg = draw(&machine, &visits, Drawing::Svg);
    assert_eq!(svg.matches(" visited\"").count(), 3);
    assert!(svg.contains("class=\"state waits visited\""), "{svg}");
}

#[test]
fn states_within_a_parallel_state_are_in_its_frame() {
    let mermaid = draw(&definition("send-links.asl.json"), &Visits::default(), Drawing::Mermaid);
    let frame = mermaid.split("subgraph s0[\"Create links\"]").nth(1).unwrap().split("    end").next().unwrap();
    for state in ["Call the function", "May it pass?", "In trouble", "Replied"] {
        assert!(frame.contains(state), "{frame}");
    }
    assert!(!frame.contains("Mail the links"), "{frame}");
}

#[test]
fn a_file_is_told_from_a_state_machine() {
    assert!(file("nowhere/credit-check.asl.json").is_some());
    assert!(file(&folder().join("credit-check.asl.json").to_string_lossy()).is_some());
    assert!(
        file("credit-check").is_none() && file("arn:aws:states:us-east-1:123456789012:stateMachine:x.json").is_none()
    );
}
