//! The AWS CLI, by what stands for it, and shells that know it as `aws`.

use std::{fs, os::unix::fs::PermissionsExt};

use callback_bridge_local::{LocalRegion, RegionOptions, Sample, command};
use callback_bridge_tests::repository;
use tempfile::TempDir;

/// What a command of the AWS CLI prints, given its words behind `aws`.
pub(crate) async fn aws(region: &LocalRegion, words: &[&str]) -> String {
    let mut command = command(RegionOptions::default().python, Some(region.aws().endpoint()));
    let run = command.arg(repository().join("tests/tests/e2e/aws.py")).args(words).output().await.unwrap();
    assert!(run.status.success(), "{words:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

/// A folder with a program `aws`, for the path of a shell.
pub(crate) fn folder_with_aws() -> TempDir {
    let (folder, python) = (tempfile::tempdir().unwrap(), RegionOptions::default().python);
    let (aws, stand_in) = (folder.path().join("aws"), repository().join("tests/tests/e2e/aws.py"));
    fs::write(&aws, format!("#!/bin/sh\nexec '{}' '{}' \"$@\"\n", python.display(), stand_in.display())).unwrap();
    fs::set_permissions(&aws, PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

/// What lines print that somebody pastes into a shell, in the folder of the repository, with the outputs of the stack and
/// these as variables.
pub(crate) async fn paste(sample: &Sample, lines: &str, variables: &[(&str, &str)]) -> String {
    let folder = folder_with_aws();
    let mut shell = command("sh", Some(sample.bridge.region().aws().endpoint()));
    shell.args(["-euc", lines]).current_dir(repository()).envs(&sample.bridge.description().outputs);
    shell.envs(variables.iter().copied()).env("PATH", format!("{}:/usr/bin:/bin", folder.path().display()));
    let run = shell.output().await.unwrap();
    assert!(run.status.success(), "{lines}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap().trim().to_owned()
}
