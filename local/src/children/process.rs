//! A running child process and its group.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::output;
use crate::transcript::Transcript;

/// How long to read on after a process has ended: what it printed last is in the pipe already.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A child process in a group of its own, whose output goes to a [`Transcript`].
///
/// Dropping it kills the whole group.
#[derive(Debug)]
pub struct Process {
    group: Pid,
    exited: watch::Receiver<Option<ExitStatus>>,
    stdin: Option<ChildStdin>,
}

impl Process {
    /// Starts a command (see [`command`](super::command)); its output is tagged with `source`.
    ///
    /// # Errors
    /// If the program can't be started.
    pub fn spawn(command: Command, source: &str, transcript: &Transcript) -> io::Result<Process> {
        let mut child = start(command)?;
        let copying =
            child.stdout.take().map(|stdout| tokio::spawn(output::copy(stdout, source.into(), transcript.clone())));
        Self::watched(child, copying, source, transcript)
    }

    /// Starts a command whose standard output is for us to read; only its standard error goes to the transcript.
    pub(crate) fn spawn_answering(
        command: Command,
        source: &str,
        transcript: &Transcript,
    ) -> io::Result<(Process, ChildStdout)> {
        let mut child = start(command)?;
        let answers = child.stdout.take().ok_or_else(|| io::Error::other("a process without standard output"))?;
        Ok((Self::watched(child, None, source, transcript)?, answers))
    }

    fn watched(
        mut child: Child,
        copying: Option<JoinHandle<()>>,
        source: &str,
        transcript: &Transcript,
    ) -> io::Result<Process> {
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let group = group.ok_or_else(|| io::Error::other("a process without an id"))?;
        let mut outputs = Vec::from_iter(copying);
        if let Some(stderr) = child.stderr.take() {
            outputs.push(tokio::spawn(output::copy(stderr, source.into(), transcript.clone())));
        }
        let stdin = child.stdin.take();
        let (tell, exited) = watch::channel(None);
        tokio::spawn(watch_over(child, group, outputs, tell));
        Ok(Process { group, exited, stdin })
    }

    /// The process id, which is also that of its group.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.group.as_raw_nonzero().get().unsigned_abs()
    }

    /// Takes its standard input, if the command asked for a pipe.
    pub(crate) fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.stdin.take()
    }

    /// Waits until it has ended and all that it printed is in the transcript. The wait does not keep the process alive.
    pub fn exited(&self) -> impl Future<Output = ExitStatus> + Send + use<> {
        let mut exited = self.exited.clone();
        async move {
            match exited.wait_for(Option::is_some).await {
                Ok(status) => status.unwrap_or_default(),
                // The watching task went with its runtime, and the process with the task.
                Err(_) => ExitStatus::default(),
            }
        }
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_exited(&self) -> bool {
        self.exited.borrow().is_some()
    }

    /// Sends a signal to the process and all others of its group; one that has ended gets none.
    pub fn signal(&self, signal: Signal) {
        if !self.has_exited() {
            signal_group(self.group, signal);
        }
    }

    /// Stops the process and its group (SIGSTOP) and waits until it stands still, or has ended.
    pub(crate) async fn freeze(&self) {
        self.signal(Signal::STOP);
        let process = WaitId::Pid(self.group);
        // NOWAIT leaves the news for the task that waits for the end.
        let news = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        // An error says that it has ended and was waited for.
        let _ = tokio::task::spawn_blocking(move || waitid(process, news)).await;
    }

    /// Lets it go on (SIGCONT).
    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// SIGKILL: the process and its group end at once, even when they are stopped (SIGSTOP).
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Asks it to end (SIGTERM), and kills it when it has not within this time.
    pub(crate) async fn terminate(&self, within: Duration) -> ExitStatus {
        self.signal(Signal::TERM);
        if let Ok(status) = tokio::time::timeout(within, self.exited()).await {
            return status;
        }
        self.kill();
        self.exited().await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn start(mut command: Command) -> io::Result<Child> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).spawn()
}

fn signal_group(group: Pid, signal: Signal) {
    // The only error is that nobody is left, or that what is left has already been killed.
    let _ = kill_process_group(group, signal);
}

async fn watch_over(
    mut child: Child,
    group: Pid,
    outputs: Vec<JoinHandle<()>>,
    tell: watch::Sender<Option<ExitStatus>>,
) {
    let status = match child.wait().await {
        Ok(status) => status,
        Err(error) => {
            tracing::warn!(%error, "a process can't be waited for");
            ExitStatus::default()
        }
    };
    // What it started ends with it; while such a process lives, the id of the group is not given to another.
    signal_group(group, Signal::KILL);
    for output in outputs {
        // A process that left the group may hold the pipe open for as long as it likes.
        let _ = tokio::time::timeout(LAST_WORDS, output).await;
    }
    tell.send_replace(Some(status));
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::process::ExitStatusExt;

    use super::*;
    use crate::children::command;

    const SOON: Duration = Duration::from_secs(10);

    fn shell(script: &str, transcript: &Transcript) -> Process {
        let mut shell = command("sh", None);
        shell.args(["-c", script]);
        Process::spawn(shell, "sh", transcript).unwrap()
    }

    #[tokio::test]
    async fn when_it_has_ended_all_its_output_is_there() {
        let transcript = Transcript::new();
        let status =
            shell("for n in $(seq 500); do echo out $n; echo err $n >&2; done; exit 3", &transcript).exited().await;
        assert_eq!(status.code(), Some(3));
        let lines = transcript.lines();
        assert_eq!(lines.len(), 1000);
        let outs: Vec<_> = lines.iter().filter_map(|line| line.text.strip_prefix("out ")).collect();
        assert_eq!(outs, (1..=500).map(|n| n.to_string()).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_kill_ends_the_whole_group_even_when_it_is_stopped() {
        let transcript = Transcript::new();
        let (mut end, held) = io::pipe().unwrap();
        let mut command = command("sh", None);
        // A job in the background has no input of ours, unless it is given by another number.
        command.args(["-c", "exec 3<&0; sh -c 'echo up; exec sleep 1000' & wait"]).stdin(held);
        let process = Process::spawn(command, "sh", &transcript).unwrap();
        transcript.reader().find(SOON, |line| line.text == "up").await.unwrap();
        process.freeze().await;
        process.kill();
        let status = tokio::time::timeout(SOON, process.exited()).await.unwrap();
        assert_eq!(status.signal(), Some(9));
        // The pipe ends when the last process that holds it does.
        let ended = tokio::task::spawn_blocking(move || end.read_to_end(&mut Vec::new()).unwrap());
        assert_eq!(tokio::time::timeout(SOON, ended).await.unwrap().unwrap(), 0);
    }

    #[tokio::test]
    async fn dropping_it_kills_it() {
        let transcript = Transcript::new();
        let process = shell("echo up; exec sleep 1000", &transcript);
        transcript.reader().find(SOON, |line| line.text == "up").await.unwrap();
        let mut exited = process.exited.clone();
        drop(process);
        let status = tokio::time::timeout(SOON, exited.wait_for(Option::is_some)).await.unwrap().unwrap().unwrap();
        assert_eq!(status.signal(), Some(9));
    }

    #[tokio::test]
    async fn one_that_will_not_end_is_killed() {
        let transcript = Transcript::new();
        let process = shell("trap '' TERM; echo up; while :; do sleep 1; done", &transcript);
        transcript.reader().find(SOON, |line| line.text == "up").await.unwrap();
        assert_eq!(process.terminate(Duration::from_millis(50)).await.signal(), Some(9));
    }
}
