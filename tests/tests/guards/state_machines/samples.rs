//! The state machines as samples: each can be left out, and stands on its page.

use super::*;

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
