//! The AWS CLI, by what stands for it.

use callback_bridge_local::{RegionOptions, Sample, command};
use callback_bridge_tests::repository;

/// What a command of the AWS CLI prints, given its words behind `aws`.
pub(crate) async fn aws(sample: &Sample, words: &[&str]) -> String {
    let endpoint = sample.bridge.region().aws().endpoint();
    let mut command = command(RegionOptions::default().python, Some(endpoint));
    let run = command.arg(repository().join("tests/tests/e2e/aws.py")).args(words).output().await.unwrap();
    assert!(run.status.success(), "{words:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}
