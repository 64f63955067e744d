//! The command that works on a task: a process that knows its input, and nothing of tokens.

use std::{
    env, io,
    path::Path,
    pin::pin,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use futures_util::future::{Either, select};
use rustix::{
    fs::{Access, access},
    process::{Pid, Signal, kill_process_group},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt, sink},
    process::{Child, ChildStdin, Command},
    time::timeout,
};

use super::report::Report;
use crate::error::Error;

/// How much of what a command prints is kept, in bytes: more than a task can have.
const MOST_OUTPUT: u64 = 1 << 20;
/// How much of what a command prints on standard error is kept, in bytes.
const LAST_WORDS: usize = 4_096;
/// How long what a command has left behind may go on writing for it.
const GRACE: Duration = Duration::from_secs(1);

/// A program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommandLine {
    program: String,
    arguments: Vec<String>,
}

/// A command that has been started. Dropped before it has ended, it is killed with all that it has started.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    group: Group,
}

/// What became of a command.
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
    /// When there is no such program, or it cannot be executed: every task would fail because of it.
    pub(super) fn new(words: Vec<String>) -> Result<Self, Error> {
        let mut words = words.into_iter();
        let program = words.next().unwrap_or_default();
        if !is_there(&program) {
            return Err(Error::usage(format!(
                "there is no command {program} that can be executed: check its name, its mode and the PATH"
            )));
        }
        Ok(Self { program, arguments: words.collect() })
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn start(&self) -> io::Result<Running> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own: Ctrl-C is for the worker, which lets its commands end.
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        Ok(Running { group: Group::of(&child), child })
    }
}

impl Running {
    /// Gives it this input, and waits until it has ended. What it has left behind with its output open is killed then.
    ///
    /// # Errors
    /// When it cannot be watched.
    pub(super) async fn end(mut self, input: &str, report: &Report) -> io::Result<Finished> {
        let (stdin, stdout, stderr) = (self.child.stdin.take(), self.child.stdout.take(), self.child.stderr.take());
        let (mut output, mut last_words) = (Vec::new(), Vec::new());
        let pipes = async {
            let pipes =
                tokio::join!(write(stdin, input), read(stdout, &mut output), copy(stderr, &mut last_words, report));
            pipes.1.and(pipes.2)
        };
        let status = match select(pin!(self.child.wait()), pin!(pipes)).await {
            Either::Right((read, child)) => {
                read?;
                let status = child.await?;
                self.group.has_ended();
                status
            }
            Either::Left((status, pipes)) => {
                if let Ok(read) = timeout(GRACE, pipes).await {
                    read?;
                    self.group.has_ended();
                }
                status?
            }
        };
        Ok(Finished { status, stdout: output, stderr: last_words })
    }
}

/// Whether a program can be found and executed, as the shell finds it.
fn is_there(program: &str) -> bool {
    let is_program = |path: &Path| path.is_file() && access(path, Access::EXEC_OK).is_ok();
    if program.contains('/') {
        return is_program(Path::new(program));
    }
    #[expect(clippy::disallowed_methods, reason = "where programs are is not configuration")]
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| is_program(&folder.join(program)))
}

/// A command that has had enough may close its input before all is written.
async fn write(stdin: Option<ChildStdin>, input: &str) {
    let Some(mut stdin) = stdin else { return };
    let _closed = stdin.write_all(input.as_bytes()).await;
}

async fn read(stdout: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) -> io::Result<()> {
    let Some(mut stdout) = stdout else { return Ok(()) };
    (&mut stdout).take(MOST_OUTPUT).read_to_end(kept).await?;
    // The rest is read all the same: a command whose pipe is closed is killed, and its task would fail with that.
    tokio::io::copy(&mut stdout, &mut sink()).await.map(drop)
}

/// People see what a command says while it runs; the end of it is kept.
async fn copy(stderr: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>, report: &Report) -> io::Result<()> {
    let Some(mut stderr) = stderr else { return Ok(()) };
    let mut buffer = [0; 4_096];
    loop {
        let length = stderr.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        report.said(&buffer[..length]);
        kept.extend_from_slice(&buffer[..length]);
        let old = kept.len().saturating_sub(LAST_WORDS);
        kept.drain(..old);
    }
}

/// A command and all that it has started; killed when it is dropped before they have ended.
#[derive(Debug)]
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
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;
    use crate::arguments::Format;

    fn sh(script: &str) -> CommandLine {
        CommandLine::new(["sh", "-c", script].map(str::to_owned).to_vec()).unwrap()
    }

    async fn run(script: &str, input: &str) -> Finished {
        let report = Report::new(Format::Table, io::stdout(), io::stderr());
        sh(script).start().unwrap().end(input, &report).await.unwrap()
    }

    #[tokio::test]
    async fn a_command_gets_its_input_and_leaves_what_it_prints() {
        let finished = run("cat; echo trouble >&2; exit 3", "{\"a\":1}").await;
        assert_eq!(finished.status.code(), Some(3));
        assert_eq!((&*finished.stdout, &*finished.stderr), (&b"{\"a\":1}"[..], &b"trouble\n"[..]));
    }

    #[tokio::test]
    async fn input_and_output_may_be_larger_than_pipes() {
        let input = "x".repeat(300_000);
        let finished = run("cat", &input).await;
        assert_eq!(finished.stdout.len(), input.len());
        let finished = run("exit 0", &input).await;
        assert!(finished.status.success());
        let finished = run("yes | head -c 5000000", "").await;
        assert!(finished.status.success(), "{}", finished.status);
        assert_eq!(u64::try_from(finished.stdout.len()).unwrap(), MOST_OUTPUT);
    }

    #[tokio::test]
    async fn the_end_of_standard_error_is_kept() {
        let finished = run("yes word | head -c 100000 >&2; echo end >&2", "").await;
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
        let begun = async {
            while !fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n')) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            finished = run(&script, "") => panic!("{finished:?}"),
            () = begun => {}
        }
        let child = fs::read_to_string(&pid).unwrap().trim().parse().unwrap();
        let child = Pid::from_raw(child).unwrap();
        is_killed(child).await;
    }

    #[tokio::test]
    async fn what_a_command_leaves_behind_does_not_keep_its_task_and_is_killed() {
        let running = run("sleep 1000 & echo $!; echo done; echo trouble >&2", "");
        let finished = timeout(Duration::from_secs(30), running).await.expect("its task is kept");
        assert!(finished.status.success());
        let stdout = String::from_utf8(finished.stdout).unwrap();
        let (child, rest) = stdout.split_once('\n').unwrap();
        assert_eq!((rest, &*finished.stderr), ("done\n", &b"trouble\n"[..]));
        is_killed(Pid::from_raw(child.parse().unwrap()).unwrap()).await;
    }

    async fn is_killed(child: Pid) {
        let gone = async {
            while rustix::process::test_kill_process(child).is_ok() && !is_zombie(child) {
                tokio::task::yield_now().await;
            }
        };
        let killed = timeout(Duration::from_secs(30), gone).await;
        killed.expect("a process that the command has started lives on");
    }

    fn is_zombie(process: Pid) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
        stat.map_or(true, |stat| stat.contains(") Z"))
    }

    #[test]
    fn a_command_that_is_not_there_is_told_before_any_task_is_taken() {
        let error = CommandLine::new(vec!["no-such-command".to_owned()]).unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error}");
        assert!(CommandLine::new(vec!["/bin/sh".to_owned()]).is_ok());
    }

    #[test]
    fn a_command_that_cannot_be_executed_is_told_before_any_task_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("script");
        fs::write(&script, "#!/bin/sh\n").unwrap();
        let words = vec![script.to_str().unwrap().to_owned()];
        let error = CommandLine::new(words.clone()).unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error}");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(CommandLine::new(words).is_ok());
    }
}
