//! Logs: one JSON object a line on standard output, as Lambda's JSON log format wants them.

use std::{io, panic};

use tracing::{error, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, Registry,
    filter::Targets,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::config::Variables;

/// Libraries that write raw events or requests, tokens included, at `TRACE`: they never get further than `DEBUG`.
const CAPPED: [&str; 8] = ["aws_", "h2", "hyper", "lambda_runtime", "reqwest", "rustls", "tonic", "tower"];

/// What makes metrics. Of a metric it keeps a hundred values for a line, and would complain about every further one.
const EMF: &str = "metrics_cloudwatch_embedded";

/// Sends what the function logs to standard output, from the level in `AWS_LAMBDA_LOG_LEVEL` (Lambda sets it from the
/// function's `ApplicationLogLevel`; `INFO` where it is not set). A panic is logged too, with its place.
///
/// Only the first call in a process has an effect.
pub fn init(variables: &Variables) {
    let level = variables.optional("AWS_LAMBDA_LOG_LEVEL").ok().flatten();
    if json_lines(level.unwrap_or(LevelFilter::INFO), io::stdout).try_init().is_ok() {
        panic::set_hook(Box::new(|panic| {
            let message = panic.payload_as_str().unwrap_or("no message");
            error!(panic.location = panic.location().map(tracing::field::display), error = message, "a panic");
        }));
    }
}

fn json_lines<W>(level: LevelFilter, writer: W) -> impl SubscriberExt + SubscriberInitExt
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let capped = CAPPED.map(|target| (target, level.min(LevelFilter::DEBUG)));
    let filter = Targets::new().with_default(level).with_targets(capped).with_target(EMF, LevelFilter::OFF);
    let lines = fmt::layer().json().flatten_event(true).with_current_span(false).with_writer(writer);
    Registry::default().with(lines.with_filter(filter))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::{Dispatch, dispatcher, error_span, trace};

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: LevelFilter, log: impl FnOnce()) -> String {
        let captured = Captured::default();
        let writer = captured.clone();
        dispatcher::with_default(&Dispatch::new(json_lines(level, move || writer.clone())), log);
        String::from_utf8(captured.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_line_is_one_flat_json_object_with_its_spans() {
        let line = logged(LevelFilter::INFO, || {
            error_span!("task", task.attempt_id = "ab12").in_scope(|| error!(duration_ms = 12, "it failed"));
        });
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (&line["level"], &line["message"], &line["duration_ms"]),
            (&"ERROR".into(), &"it failed".into(), &12.into())
        );
        assert_eq!(line["spans"][0]["task.attempt_id"], "ab12");
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
    }

    #[test]
    fn a_line_keeps_its_spans_at_every_level() {
        let line = logged(LevelFilter::ERROR, || {
            error_span!("task", task.attempt_id = "ab12").in_scope(|| error!("it failed"));
        });
        assert!(line.contains("ab12"), "{line}");
    }

    #[test]
    fn metrics_that_are_too_many_are_no_errors() {
        let lines = logged(LevelFilter::TRACE, || error!(target: "metrics_cloudwatch_embedded::collector", "too many"));
        assert_eq!(lines, "");
    }

    #[test]
    fn libraries_that_print_payloads_at_trace_are_capped() {
        let lines = logged(LevelFilter::TRACE, || {
            trace!(target: "lambda_runtime::layers::api_response", "the payload");
            trace!(target: "aws_smithy_runtime::client", "the request");
            trace!(target: "my_worker", "mine");
        });
        assert!(lines.contains("mine") && !lines.contains("the payload") && !lines.contains("the request"), "{lines}");
    }
}
