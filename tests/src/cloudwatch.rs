//! CloudWatch, as far as metrics go: what it makes of lines in the embedded metric format.

use std::collections::BTreeMap;

use callback_bridge::metrics::{ALL, OF_POLLS};
use callback_bridge_aws::metrics::{FUNCTION_NAME, NAMESPACE};
use serde_json::{Map, Value};

/// A metric of CloudWatch. Each costs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    /// As in `AWS/SQS`.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its dimensions: with others, it is another metric.
    pub dimensions: BTreeMap<String, String>,
}

/// A value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Datum {
    /// Of which one.
    pub metric: Metric,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// How much.
    pub value: f64,
}

/// The same again in each of so many minutes, the first included.
#[must_use]
pub fn going_on(minutes: u64, data: &[Datum]) -> Vec<Datum> {
    let later = |datum: &Datum, minute| Datum { at_ms: datum.at_ms + minute * 60_000, ..datum.clone() };
    (0..minutes).flat_map(|minute| data.iter().map(move |datum| later(datum, minute))).collect()
}

/// What CloudWatch takes out of a line that a function has printed; nothing of one that is not in
/// [the format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
///
/// # Panics
/// When it is in that format and CloudWatch would drop it, or when it has more in it than our metrics: names and values
/// that are not listed in the code.
#[must_use]
pub fn published(line: &str) -> Vec<Datum> {
    let Ok(Value::Object(mut members)) = serde_json::from_str(line) else { return Vec::new() };
    let Some(aws) = members.remove("_aws") else { return Vec::new() };
    assert!(line.len() < 256 * 1024, "{} bytes are too many for a line", line.len());
    let at_ms = aws["Timestamp"].as_u64().unwrap_or_else(|| panic!("no time: {line}"));
    let [directive] = list(&aws["CloudWatchMetrics"]) else { panic!("not one directive: {line}") };
    assert_eq!(directive["Namespace"], NAMESPACE, "{line}");
    let [set] = list(&directive["Dimensions"]) else { panic!("not one set of dimensions: {line}") };
    let dimensions: BTreeMap<_, _> = list(set).iter().map(|name| dimension(name, &mut members)).collect();
    let mut data = Vec::new();
    for definition in list(&directive["Metrics"]) {
        let name = definition["Name"].as_str().unwrap_or_default();
        check(name, &definition["Unit"], &dimensions);
        let values = members.remove(name).unwrap_or_else(|| panic!("{name} has no value: {line}"));
        let values = values.as_array().cloned().unwrap_or_else(|| vec![values]);
        assert!((1..=100).contains(&values.len()), "{name} has {} values", values.len());
        data.extend(values.iter().map(|value| Datum {
            metric: Metric { namespace: NAMESPACE.to_owned(), name: name.to_owned(), dimensions: dimensions.clone() },
            at_ms,
            value: value.as_f64().unwrap_or_else(|| panic!("{name} is {value}")),
        }));
    }
    members.retain(|name, _| !matches!(name.as_str(), "level" | "timestamp"));
    assert!(members.is_empty(), "a metric line has more in it: {line}");
    data
}

/// The value of a dimension is a member of the line.
fn dimension(name: &Value, members: &mut Map<String, Value>) -> (String, String) {
    let name = name.as_str().unwrap_or_default();
    match members.remove(name) {
        Some(Value::String(value)) if (1..=1024).contains(&value.len()) => (name.to_owned(), value),
        other => panic!("the dimension {name} is {other:?}"),
    }
}

/// Whether the code lists such a metric.
fn check(name: &str, unit: &Value, dimensions: &BTreeMap<String, String>) {
    let metric = ALL
        .iter()
        .chain(&OF_POLLS)
        .chain(&callbacks::metrics::ALL)
        .find(|metric| metric.name == name)
        .unwrap_or_else(|| panic!("an unknown metric: {name}"));
    assert_eq!(unit, &format!("{:?}", metric.unit), "{name}");
    let mut rest = dimensions.clone();
    assert!(rest.remove(FUNCTION_NAME).is_some(), "{name} is of no function");
    if let Some(dimension) = metric.dimension {
        let value = rest.remove(dimension.name).unwrap_or_default();
        assert!(dimension.values.contains(&value.as_str()), "{name} has {} {value:?}", dimension.name);
    }
    assert!(rest.is_empty(), "{name} has more dimensions: {rest:?}");
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(members: &[(&str, Value)]) -> String {
        let directive = json!([{
            "Namespace": "CallbackBridge", "Dimensions": [["FunctionName", "Reply"]],
            "Metrics": [{ "Name": "Replies", "Unit": "Count" }],
        }]);
        let mut line = json!({
            "_aws": { "Timestamp": 1_763_805_600_000_u64, "CloudWatchMetrics": directive },
            "FunctionName": "f", "Reply": "Denied", "Replies": 2, "level": "INFO", "timestamp": "2025-11-22T10:00:00Z",
        });
        for (name, value) in members {
            line[*name] = value.clone();
        }
        line.to_string()
    }

    #[test]
    fn a_line_is_a_value_of_a_metric() {
        let data = published(&line(&[]));
        let [Datum { metric, at_ms: 1_763_805_600_000, value: 2.0 }] = &data[..] else { panic!("{data:?}") };
        assert_eq!((metric.namespace.as_str(), metric.name.as_str()), ("CallbackBridge", "Replies"));
        assert_eq!(metric.dimensions["Reply"], "Denied");
        assert_eq!(published(&line(&[("Replies", json!([1, 2]))])).len(), 2);
        for other in ["no JSON", r#"{ "level": "INFO", "message": "a log line" }"#] {
            assert_eq!(published(other), []);
        }
    }

    #[test]
    fn what_must_not_be_in_a_line_is_found() {
        for wrong in [
            ("taskToken", json!("AQCU")),
            ("Reply", json!("arn:aws:states:us-east-1:123456789012:execution:credit-check:loan-42")),
            ("Replies", json!(vec![1; 101])),
            ("Replies", json!("many")),
        ] {
            let line = line(std::slice::from_ref(&wrong));
            assert!(std::panic::catch_unwind(|| published(&line)).is_err(), "{wrong:?}");
        }
    }
}
