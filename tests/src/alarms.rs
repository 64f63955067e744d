//! The alarms of the template, evaluated [as CloudWatch does](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{Datum, Metric, Resource, Template};

/// An alarm of the template: raised by values above its threshold, where silence is no reason, or by values below it, where
/// silence is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// Its logical id.
    pub id: String,
    /// What it watches.
    pub metric: Metric,
    statistic: Statistic,
    period_ms: u64,
    threshold: f64,
    /// Whether it is raised by what is missing: by values below the threshold, and by silence.
    by_absence: bool,
    /// So many periods beyond the threshold ..
    datapoints: u64,
    /// .. of so many.
    of_periods: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Statistic {
    Sum,
    Maximum,
}

impl Alarm {
    /// All alarms. `resolve` tells the names of resources, and the values of parameters that do not have their default.
    ///
    /// # Panics
    /// When an alarm has something that is not understood here.
    pub fn all(template: &Template, resolve: impl Fn(&str) -> Option<String>) -> Vec<Self> {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            reference => {
                let id = Resource::target(reference);
                let default = || template.parameters.get(id).map(|parameter| parameter["Default"].to_string());
                resolve(id).or_else(default).unwrap_or_else(|| panic!("nobody knows what {id} is"))
            }
        };
        let alarms = template.all("AWS::CloudWatch::Alarm");
        alarms.into_iter().map(|(id, alarm)| Self::read(id, &alarm.properties, &text)).collect()
    }

    fn read(id: &str, properties: &Value, text: &impl Fn(&Value) -> String) -> Self {
        let number = |name: &str| -> u64 { text(&properties[name]).parse().unwrap_or_else(|_| panic!("{id}: {name}")) };
        let by_absence = match (&properties["ComparisonOperator"], &properties["TreatMissingData"]) {
            (above, silence) if above == "GreaterThanThreshold" && silence == "notBreaching" => false,
            (below, silence) if below == "LessThanThreshold" && silence == "breaching" => true,
            other => panic!("{id}: {other:?}"),
        };
        let dimensions = properties["Dimensions"].as_array().into_iter().flatten();
        let dimensions: BTreeMap<_, _> = dimensions.map(|d| (text(&d["Name"]), text(&d["Value"]))).collect();
        Self {
            id: id.to_owned(),
            metric: Metric {
                namespace: text(&properties["Namespace"]),
                name: text(&properties["MetricName"]),
                dimensions,
            },
            statistic: match properties["Statistic"].as_str() {
                Some("Sum") => Statistic::Sum,
                Some("Maximum") => Statistic::Maximum,
                other => panic!("{id}: {other:?}"),
            },
            period_ms: number("Period") * 1000,
            threshold: text(&properties["Threshold"]).parse().unwrap_or_else(|_| panic!("{id}: the threshold")),
            by_absence,
            datapoints: number(if properties["DatapointsToAlarm"].is_null() {
                "EvaluationPeriods"
            } else {
                "DatapointsToAlarm"
            }),
            of_periods: number("EvaluationPeriods"),
        }
    }

    /// Whether these values have raised it at any time from the first of them to the last. Periods begin with the first: by
    /// the clock, as in CloudWatch, what takes seconds may by chance fall into two.
    #[must_use]
    pub fn is_raised_by(&self, data: &[Datum]) -> bool {
        let times = || data.iter().map(|datum| datum.at_ms);
        let (Some(first), Some(last)) = (times().min(), times().max()) else { return false };
        let period = |at_ms| (at_ms - first) / self.period_ms;
        let mut periods: BTreeMap<u64, f64> = BTreeMap::new();
        for datum in data.iter().filter(|datum| datum.metric == self.metric) {
            let value = periods.entry(period(datum.at_ms)).or_insert(0.0);
            *value = match self.statistic {
                Statistic::Sum => *value + datum.value,
                Statistic::Maximum => value.max(datum.value),
            };
        }
        let is_beyond = |period: &u64| match periods.get(period) {
            Some(value) if self.by_absence => *value < self.threshold,
            Some(value) => *value > self.threshold,
            None => self.by_absence,
        };
        let beyond: BTreeSet<u64> = (0..=period(last)).filter(is_beyond).collect();
        let enough = |first: &u64| beyond.range(first..&(first + self.of_periods)).count() as u64 >= self.datapoints;
        beyond.iter().any(enough)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm(statistic: Statistic, threshold: f64, datapoints: u64, of_periods: u64) -> Alarm {
        let metric = Metric { namespace: "N".into(), name: "M".into(), dimensions: BTreeMap::new() };
        Alarm {
            id: "A".into(),
            metric,
            statistic,
            period_ms: 60_000,
            threshold,
            by_absence: false,
            datapoints,
            of_periods,
        }
    }

    fn data(values: &[(u64, f64)]) -> Vec<Datum> {
        let metric = alarm(Statistic::Sum, 0.0, 1, 1).metric;
        values
            .iter()
            .map(|(minute, value)| Datum { metric: metric.clone(), at_ms: minute * 60_000 + 1, value: *value })
            .collect()
    }

    #[test]
    fn a_sum_and_a_maximum_are_those_of_one_period() {
        let (sum, maximum) = (alarm(Statistic::Sum, 3.0, 1, 1), alarm(Statistic::Maximum, 3.0, 1, 1));
        assert!(sum.is_raised_by(&data(&[(1, 2.0), (1, 2.0)])));
        assert!(!sum.is_raised_by(&data(&[(1, 2.0), (2, 2.0)])));
        assert!(!maximum.is_raised_by(&data(&[(1, 2.0), (1, 2.0), (1, 3.0)])), "the threshold itself is not above it");
        assert!(maximum.is_raised_by(&data(&[(1, 2.0), (1, 3.5)])));
    }

    #[test]
    fn what_takes_seconds_is_one_period_at_any_second_of_the_minute() {
        let sum = alarm(Statistic::Sum, 3.0, 1, 1);
        for second in 0..60 {
            let mut values = data(&[(0, 2.0), (0, 2.0)]);
            (values[0].at_ms, values[1].at_ms) = (second * 1_000, second * 1_000 + 59_999);
            assert!(sum.is_raised_by(&values), "at second {second}");
            values[1].at_ms += 1;
            assert!(!sum.is_raised_by(&values), "at second {second}");
        }
    }

    #[test]
    fn enough_periods_must_be_near_each_other() {
        let alarm = alarm(Statistic::Sum, 0.0, 3, 5);
        assert!(!alarm.is_raised_by(&[]), "silence is no reason");
        assert!(!alarm.is_raised_by(&data(&[(1, 1.0), (1, 1.0), (1, 1.0), (5, 1.0)])));
        assert!(alarm.is_raised_by(&data(&[(1, 1.0), (4, 1.0), (5, 1.0)])));
        assert!(!alarm.is_raised_by(&data(&[(1, 1.0), (4, 1.0), (6, 1.0)])));
    }

    #[test]
    fn one_by_absence_is_raised_by_silence_and_by_too_little() {
        let alarm = Alarm { by_absence: true, ..alarm(Statistic::Sum, 1.0, 3, 3) };
        assert!(!alarm.is_raised_by(&data(&[(1, 1.0), (2, 1.0), (3, 2.0), (6, 1.0)])), "two periods are silent");
        assert!(alarm.is_raised_by(&data(&[(1, 1.0), (2, 0.0), (5, 1.0)])), "one has too little, two are silent");
    }

    #[test]
    fn only_the_metric_with_the_same_dimensions_counts() {
        let mut other = data(&[(1, 1.0)]);
        other[0].metric.dimensions.insert("Reply".into(), "Denied".into());
        assert!(!alarm(Statistic::Sum, 0.0, 1, 1).is_raised_by(&other));
    }
}
