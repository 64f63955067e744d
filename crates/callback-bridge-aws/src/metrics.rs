//! Metrics: lines on standard output that CloudWatch makes metrics of, in its
//! [embedded metric format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).

use std::{fmt, io};

use metrics_cloudwatch_embedded::{Builder, Collector};
use tracing::warn;
use tracing_subscriber::fmt::{
    format::Writer,
    time::{FormatTime, SystemTime},
};

use crate::config::Variables;

/// The namespace of the metrics in CloudWatch.
pub const NAMESPACE: &str = "CallbackBridge";

/// The dimension that every metric has: the name of the function.
pub const FUNCTION_NAME: &str = "FunctionName";

/// What the function counts, until it is printed.
#[derive(Clone)]
pub struct Metrics {
    /// Nothing where somebody else counts.
    collector: Option<&'static Collector>,
    level: String,
}

impl Metrics {
    /// Counts from now on what is told by the facade `metrics`: by the worker runtime, and by a worker that uses it, too.
    ///
    /// Only the first call in a process has an effect, and none if a recorder was installed before: then that one counts.
    #[must_use]
    pub fn init(variables: &Variables) -> Self {
        let function = variables.optional::<String>("AWS_LAMBDA_FUNCTION_NAME").ok().flatten();
        let function = function.unwrap_or_else(|| "unknown".to_owned()); // Lambda always tells it
        let collector =
            Builder::new().cloudwatch_namespace(NAMESPACE).with_dimension(FUNCTION_NAME, function).init().ok();
        callback_bridge::metrics::describe(&callback_bridge::metrics::ALL);
        let level = variables.optional("AWS_LAMBDA_LOG_LEVEL").ok().flatten();
        Self { collector, level: level.unwrap_or_else(|| "INFO".to_owned()) }
    }

    /// What was counted since this was last called, as whole lines; empty if nothing was.
    ///
    /// Lambda filters lines by their level, takes one without level and timestamp for `INFO`, and so would drop it from a
    /// function that logs from `WARN`. Hence a line has the level that the function logs from.
    #[must_use]
    pub fn take_lines(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        if let Some(collector) = self.collector {
            collector.set_property("level", self.level.as_str()).set_property("timestamp", timestamp());
            // Writing to memory cannot fail, and what is written can be JSON.
            let _ = collector.flush(&mut lines);
        }
        lines
    }

    /// Prints what was counted when the returned guard is dropped, so that it is printed however an invocation ends.
    pub(crate) fn print_at_end<W: io::Write>(&self, out: W) -> impl Drop + use<W> {
        PrintAtEnd { metrics: self.clone(), out }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("counting", &self.collector.is_some()).finish_non_exhaustive()
    }
}

struct PrintAtEnd<W: io::Write> {
    metrics: Metrics,
    out: W,
}

impl<W: io::Write> Drop for PrintAtEnd<W> {
    fn drop(&mut self) {
        let lines = self.metrics.take_lines();
        // In one piece: standard output is locked for as long, so that no log line gets between.
        if let Err(error) = self.out.write_all(&lines) {
            warn!(error = %error, "metrics could not be printed");
        }
    }
}

/// The time of day as log lines have it.
fn timestamp() -> String {
    let mut text = String::new();
    let _ = SystemTime.format_time(&mut Writer::new(&mut text));
    text
}

#[cfg(test)]
mod tests;
