//! Which records of a batch wait for one another.

use std::collections::BTreeMap;

use aws_lambda_events::event::sqs::SqsMessage;

/// Records that are handled one after the other; lanes run concurrently.
///
/// Of a FIFO queue, the messages of one group are a lane, in their order. Of a standard queue, each message is one (a
/// group id there only means fair queueing).
pub(super) fn lanes(records: Vec<SqsMessage>) -> Vec<Vec<SqsMessage>> {
    let mut groups: BTreeMap<String, usize> = BTreeMap::new();
    let mut lanes: Vec<Vec<SqsMessage>> = Vec::new();
    for record in records {
        let fifo = record.event_source_arn.as_deref().is_some_and(is_fifo);
        let lane = match record.attributes.get("MessageGroupId") {
            Some(group) if fifo => *groups.entry(group.clone()).or_insert(lanes.len()),
            _ => lanes.len(),
        };
        match lanes.get_mut(lane) {
            Some(lane) => lane.push(record),
            None => lanes.push(vec![record]),
        }
    }
    lanes
}

/// The name of every FIFO queue, and of no other, ends in `.fifo`.
#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "it is no file, and SQS knows lower case only")]
fn is_fifo(queue_arn: &str) -> bool {
    queue_arn.ends_with(".fifo")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, queue: &str, group: &str) -> SqsMessage {
        let mut record = SqsMessage::default();
        record.message_id = Some(id.to_owned());
        record.event_source_arn = Some(format!("arn:aws:sqs:us-east-1:123456789012:{queue}"));
        record.attributes.insert("MessageGroupId".to_owned(), group.to_owned());
        record
    }

    fn ids(records: Vec<SqsMessage>) -> Vec<Vec<String>> {
        lanes(records)
            .into_iter()
            .map(|lane| lane.into_iter().filter_map(|record| record.message_id).collect())
            .collect()
    }

    #[test]
    fn a_group_of_a_fifo_queue_keeps_its_order() {
        let records = vec![record("1", "q.fifo", "a"), record("2", "q.fifo", "b"), record("3", "q.fifo", "a")];
        assert_eq!(ids(records), [vec!["1", "3"], vec!["2"]]);
    }

    #[test]
    fn a_group_of_a_standard_queue_means_nothing() {
        assert_eq!(ids(vec![record("1", "q", "a"), record("2", "q", "a")]), [["1"], ["2"]]);
    }
}
