//! The command that works on a task: a process that knows its input, and nothing of tokens.

use std::{
    env,
    io::{self, Write},
    path::Path,
    process::{ExitStatus, Stdio},
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt, sink},
    process::{Child, ChildStdin, Command},
};

use crate::error::Error;

/// How much of what a command prints is kept, in bytes: more than a task can have.
const MOST_OUTPUT: u64 = 1 << 20;
/// How much of what a command prints on standard error is kept, in bytes.
const LAST_WORDS: usize = 4_096;

/// A program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommandLine {
    program: String,
    arguments: Vec<String>,
}

/// What a command left behind.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    /// The end of it.
    pub(super) stderr: Vec<u8>,
}

impl CommandLine {
    /// The first word is the program.
    ///
    /// # Errors
    /// When there is no such program: every task would fail because of it.
    pub(super) fn new(words: Vec<String>) -> Result<Self, Error> {
        let mut words = words.into_iter();
        let program = words.next().unwrap_or_default();
        if !is_there(&program) {
            return Err(Error::usage(format!("there is no command {program}: check its name and the PATH")));
        }
        Ok(Self { program, arguments: words.collect() })
    }

    /// Runs it with this input, until it has ended. Dropped before that, it is killed with all that it has started.
    ///
    /// # Errors
    /// When it cannot be started or watched.
    pub(super) async fn run(&self, input: &str) -> io::Result<Finished> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own: Ctrl-C is for the worker, which lets its commands end.
        let mut child = command.process_group(0).kill_on_drop(true).spawn()?;
        let mut group = Group::of(&child);
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (status, (), stdout, stderr) = tokio::join!(child.wait(), write(stdin, input), read(stdout), copy(stderr));
        group.has_ended();
        Ok(Finished { status: status?, stdout: stdout?, stderr: stderr? })
    }
}

/// Whether a program can be found, as the shell finds it.
fn is_there(program: &str) -> bool {
    if program.contains('/') {
        return Path::new(program).is_file();
    }
    #[expect(clippy::disallowed_methods, reason = "where programs are is not configuration")]
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// A command that has had enough may close its input before all is written.
async fn write(stdin: Option<ChildStdin>, input: &str) {
    let Some(mut stdin) = stdin else { return };
    let _closed = stdin.write_all(input.as_bytes()).await;
}

async fn read(stdout: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let Some(mut stdout) = stdout else { return Ok(kept) };
    (&mut stdout).take(MOST_OUTPUT).read_to_end(&mut kept).await?;
    // The rest is read all the same: a command whose pipe is closed is killed, and its task would fail with that.
    tokio::io::copy(&mut stdout, &mut sink()).await?;
    Ok(kept)
}

/// People see what a command says while it runs; the end of it is kept.
async fn copy(stderr: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let Some(mut stderr) = stderr else { return Ok(kept) };
    let mut buffer = [0; 4_096];
    loop {
        let length = stderr.read(&mut buffer).await?;
        if length == 0 {
            return Ok(kept);
        }
        let _nobody_reads_it = io::stderr().write_all(&buffer[..length]);
        kept.extend_from_slice(&buffer[..length]);
        let old = kept.len().saturating_sub(LAST_WORDS);
        kept.drain(..old);
    }
}

/// A command and all that it has started; killed when it is dropped before they have ended.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }

    /// From now on the number may be another group's.
    fn has_ended(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _gone_already = kill_process_group(group, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn sh(script: &str) -> CommandLine {
        CommandLine::new(["sh", "-c", script].map(str::to_owned).to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_command_gets_its_input_and_leaves_what_it_prints() {
        let finished = sh("cat; echo trouble >&2; exit 3").run("{\"a\":1}").await.unwrap();
        assert_eq!(finished.status.code(), Some(3));
        assert_eq!((&*finished.stdout, &*finished.stderr), (&b"{\"a\":1}"[..], &b"trouble\n"[..]));
    }

    #[tokio::test]
    async fn input_and_output_may_be_larger_than_pipes() {
        let input = "x".repeat(300_000);
        let finished = sh("cat").run(&input).await.unwrap();
        assert_eq!(finished.stdout.len(), input.len());
        let finished = sh("exit 0").run(&input).await.unwrap();
        assert!(finished.status.success());
        let finished = sh("yes | head -c 5000000").run("").await.unwrap();
        assert!(finished.status.success(), "{}", finished.status);
        assert_eq!(u64::try_from(finished.stdout.len()).unwrap(), MOST_OUTPUT);
    }

    #[tokio::test]
    async fn the_end_of_standard_error_is_kept() {
        let finished = sh("yes word | head -c 100000 >&2; echo end >&2").run("").await.unwrap();
        assert_eq!(finished.stderr.len(), LAST_WORDS);
        assert!(finished.stderr.ends_with(b"end\n"));
    }

    #[tokio::test]
    async fn what_is_dropped_is_killed_with_all_that_it_has_started() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("alive");
        // Both the shell and its child hold the pipe open for writing: it ends when both are gone.
        let script = format!("mkfifo {0}; exec 9<>{0}; sleep 1000 & echo $! >{0}.pid; wait", fifo.display());
        let pid = fifo.with_extension("pid");
        let command = sh(&script);
        let begun = async {
            while !std::fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n')) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            finished = command.run("") => panic!("{finished:?}"),
            () = begun => {}
        }
        let child = std::fs::read_to_string(&pid).unwrap().trim().parse().unwrap();
        let child = Pid::from_raw(child).unwrap();
        let gone = async {
            while rustix::process::test_kill_process(child).is_ok() && !is_zombie(child) {
                tokio::task::yield_now().await;
            }
        };
        let killed = timeout(Duration::from_secs(30), gone).await;
        killed.expect("a process that the command has started lives on");
    }

    fn is_zombie(process: Pid) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
        stat.map_or(true, |stat| stat.contains(") Z"))
    }

    #[test]
    fn a_command_that_is_not_there_is_told_before_any_task_is_taken() {
        let error = CommandLine::new(vec!["no-such-command".to_owned()]).unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error}");
        assert!(CommandLine::new(vec!["/bin/sh".to_owned()]).is_ok());
    }
}
