//! Alarms: on metrics that there are, for all that can happen, with what to do, and raised by a test.

use std::fs;

use callback_bridge::{
    RuntimeSettings,
    metrics::{self, Metric as Counted},
};
use callback_bridge_aws::metrics::{FUNCTION_NAME, NAMESPACE};
use callback_bridge_tests::{Alarm, Datum, Metric, Resource, Template, published, repository};
use serde_json::{Value, json};

use crate::documents::examples;

/// The alarms, with logical ids as the names of resources.
fn alarms(template: &Template) -> Vec<Alarm> {
    Alarm::all(template, |id| template.resources.contains_key(id).then(|| id.to_owned()))
}

/// All that the code counts.
fn counted() -> impl Iterator<Item = Counted> {
    metrics::ALL.into_iter().chain(metrics::OF_POLLS).chain(callbacks::metrics::ALL)
}

/// Whether the code can count this, or SQS, API Gateway or Lambda does.
fn exists(metric: &Metric, template: &Template) -> bool {
    let is_a = |id: &String, r#type: &str| template.resources.get(id).is_some_and(|found| found.r#type == r#type);
    let mut dimensions = metric.dimensions.clone();
    if metric.namespace == "AWS/SQS" {
        let of_queue = dimensions.remove("QueueName").is_some_and(|queue| is_a(&queue, "AWS::SQS::Queue"));
        let known = ["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible", "NumberOfMessagesReceived"];
        return of_queue && dimensions.is_empty() && known.contains(&metric.name.as_str());
    }
    if metric.namespace == "AWS/ApiGateway" {
        let of_api = dimensions.remove("ApiId").is_some_and(|api| is_a(&api, "AWS::ApiGatewayV2::Api"));
        return of_api && dimensions.is_empty() && ["4xx", "5xx"].contains(&metric.name.as_str());
    }
    let of_function = dimensions.remove(FUNCTION_NAME).is_some_and(|function| is_a(&function, "AWS::Lambda::Function"));
    if metric.namespace == "AWS/Lambda" {
        return of_function && dimensions.is_empty() && ["Errors", "Throttles"].contains(&metric.name.as_str());
    }
    let counted = counted().find(|counted| counted.name == metric.name);
    let divided_as = |counted: Counted| match counted.dimension {
        Some(by) => dimensions.remove(by.name).is_some_and(|value| by.values.contains(&value.as_str())),
        None => true,
    };
    metric.namespace == NAMESPACE && of_function && counted.is_some_and(divided_as) && dimensions.is_empty()
}

#[test]
fn every_alarm_watches_a_metric_that_there_is() {
    let template = Template::read();
    for alarm in alarms(&template) {
        assert!(exists(&alarm.metric, &template), "{}: nothing counts {:?}", alarm.id, alarm.metric);
    }
    let mut misspelt = alarms(&template).remove(0).metric;
    misspelt.name.push('s');
    assert!(!exists(&misspelt, &template));
}

#[test]
fn every_alarm_tells_somebody_what_to_do() {
    let told = json!({ "Fn::If": ["HasAlarmTopic", [{ "Ref": "AlarmTopicArn" }], { "Ref": "AWS::NoValue" }] });
    for (id, alarm) in Template::read().all("AWS::CloudWatch::Alarm") {
        let properties = &alarm.properties;
        assert_eq!((&properties["AlarmActions"], &properties["OKActions"]), (&told, &told), "{id}");
        let description = properties["AlarmDescription"].as_str().unwrap();
        assert!((80..=1024).contains(&description.len()), "{id}: {} characters", description.len());
        assert!(description.contains(". "), "{id} says what has happened, then what to do: {description}");
    }
}

/// What is raised by single events goes on for as long as they may come again, or people are called every other minute.
#[test]
fn alarms_on_single_events_last() {
    for (id, alarm) in Template::read().all("AWS::CloudWatch::Alarm") {
        let properties = &alarm.properties;
        if properties["Statistic"] == "Sum" && properties["Threshold"] == 0 {
            let seconds = properties["EvaluationPeriods"].as_u64().unwrap() * properties["Period"].as_u64().unwrap();
            let longest_backoff = RuntimeSettings::default().redelivery.longest().as_secs();
            assert!(seconds >= 3 * longest_backoff, "{id} is over after {seconds} s");
            assert_eq!(properties["DatapointsToAlarm"], 1, "{id}");
        }
    }
}

#[test]
fn every_function_has_an_alarm_for_refusals_and_for_what_waits_too_long() {
    let template = Template::read();
    let alarms = alarms(&template);
    let has = |namespace: &str, name: &str, dimensions: Value| {
        let dimensions = serde_json::from_value(dimensions).unwrap();
        let metric = Metric { namespace: namespace.to_owned(), name: name.to_owned(), dimensions };
        assert!(alarms.iter().any(|alarm| alarm.metric == metric), "no alarm on {metric:?}");
    };
    for (_, source) in template.all("AWS::Lambda::EventSourceMapping") {
        let function = Resource::target(&source.properties["FunctionName"]);
        for reply in ["Denied", "Throttled"] {
            has(NAMESPACE, metrics::REPLIES.name, json!({ "FunctionName": function, "Reply": reply }));
        }
        let queue = Resource::target(&source.properties["EventSourceArn"]);
        has("AWS/SQS", "ApproximateAgeOfOldestMessage", json!({ "QueueName": queue }));
    }
}

/// SQS leaves messages out of the age of a queue that were received three times.
#[test]
fn the_age_alarm_is_raised_by_no_ordinary_backoff_and_before_a_heartbeat_is_missed() {
    let template = Template::read();
    let default = |name: &str| template.parameters[name]["Default"].as_u64().unwrap();
    let redelivery = RuntimeSettings::default().redelivery;
    let ordinary: u64 = (1..=3).map(|receives| redelivery.bound(receives).as_secs()).sum();
    let age = default("MessageAgeAlarmSeconds");
    assert!(age > ordinary, "{age} s, where {ordinary} s of backoff are ordinary");
    assert!(age + 120 < default("CreditCheckHeartbeatSeconds"), "CloudWatch needs up to two minutes to notice");
}

#[test]
fn every_alarm_is_raised_in_a_test_and_stands_on_the_page() {
    let read = |file: &str| fs::read_to_string(repository().join(file)).unwrap();
    let tests =
        ["activities.rs", "alarms.rs", "alarms/approvals.rs", "alarms/urls.rs", "alarms/webhooks.rs", "refusals.rs"]
            .map(|file| read(&format!("tests/tests/e2e/{file}")));
    let tests = tests.concat();
    let code = tests.lines().filter(|line| !line.trim_start().starts_with("//"));
    let tests: String = code.collect();
    let page = read("docs/metrics.md");
    for (id, _) in Template::read().all("AWS::CloudWatch::Alarm") {
        assert!(tests.contains(&format!("\"{id}\"")), "no test raises {id}");
        assert!(page.contains(&format!("| `{id}` |")), "{id} is not on the page about metrics");
    }
}

#[test]
fn the_page_about_metrics_has_all_of_them_and_says_how_many_they_are() {
    let page = fs::read_to_string(repository().join("docs/metrics.md")).unwrap();
    let has = |text: String| assert!(page.contains(&text), "docs/metrics.md does not have {text}");
    let documented = |of: &[Counted]| -> usize {
        let values = of.iter().map(|metric| {
            has(format!("| `{}` | {:?} |", metric.name, metric.unit));
            let values = metric.dimension.map_or(&[""][..], |dimension| dimension.values);
            values.iter().filter(|value| !value.is_empty()).for_each(|value| has(format!("| `{value}` |")));
            values.len()
        });
        values.sum()
    };
    let (of_a_worker, of_callbacks) = (documented(&metrics::ALL), documented(&callbacks::metrics::ALL));
    assert!(of_a_worker + of_callbacks < 60, "CloudWatch charges for each of {of_a_worker} and {of_callbacks}");
    has(format!("at most {of_a_worker} custom metrics"));
    has(format!("at most {of_callbacks} more"));
    has(format!("at most {} beside its `Replies`", documented(&metrics::OF_POLLS)));
}

#[test]
fn the_line_on_the_page_about_metrics_is_one_that_cloudwatch_understands() {
    for example in examples("docs/metrics.md", "json") {
        let line: Value = serde_json::from_str(&example).unwrap();
        let [Datum { metric, value, .. }] = &published(&line.to_string())[..] else { panic!("{example}") };
        assert_eq!((metric.name.as_str(), *value), ("Replies", 2.0));
    }
}
