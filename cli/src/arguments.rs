//! What can be said on the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::{activity, callbacks, follow, graph, history, run, token};

/// Works with executions of Step Functions, the tasks that wait in them, and their tokens.
#[derive(Debug, Parser)]
#[command(name = "callback-bridge", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    done; an execution that was followed has succeeded
  1    an execution that was followed has not succeeded
  2    wrong usage, or something on this machine: a file, a terminal, a command that cannot be started
  3    AWS refused: there is no such thing, it is denied, or nobody waits for an answer any more
  4    AWS could not be asked: no region, no credentials, no connection, too many calls
  130  interrupted
  141  nobody reads any more what an execution does that is followed";

/// The options that the AWS CLI has as well, with the same meanings.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalOptions {
    /// The profile with the credentials, even if the environment has some, and the region [default: `AWS_PROFILE`, else default]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The region [default: `AWS_REGION`, else the profile's]
    #[arg(long, global = true, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Where AWS is, such as a local one [default: `AWS_ENDPOINT_URL`, else AWS]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// For people, or one JSON document for programs
    #[arg(long, global = true, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Format,
}

/// For whom results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs: one document on standard output, and nothing else there.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start an execution, and tell what happens in it
    Run(run::Arguments),
    /// Tell what happens in an execution, until it has ended
    Follow(follow::Arguments),
    /// All that has happened in an execution
    History(history::Arguments),
    /// Draw a state machine, and the way of an execution through it
    Graph(graph::Arguments),
    /// Answer a task that waits for its token, or keep it alive
    #[command(subcommand)]
    Token(token::Command),
    /// List, show, resend, withdraw and settle what is parked
    Callbacks(callbacks::Arguments),
    /// Work on the tasks of an activity
    #[command(subcommand)]
    Activity(activity::Command),
    /// Print what completes commands and options in a shell
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn what_can_be_said_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn global_options_may_come_before_the_command_and_after_it() {
        for words in [
            "callback-bridge --region eu-west-1 --output json token heartbeat",
            "callback-bridge token heartbeat --region eu-west-1 --output json",
        ] {
            let arguments = Arguments::parse_from(words.split(' '));
            assert_eq!(arguments.global.region.as_deref(), Some("eu-west-1"));
            assert_eq!(arguments.global.output, Format::Json);
        }
    }

    /// One in sixty-four ids begins with a hyphen.
    #[test]
    fn an_id_may_begin_with_a_hyphen_and_options_may_stand_on_either_side() {
        for words in [
            "callbacks show -TcvP3UjhKTPRTw6jeNnGg --stack bridge --output json",
            "callbacks --stack bridge show --output json -TcvP3UjhKTPRTw6jeNnGg",
            "callbacks withdraw --reason mistake --TcvP3UjhKTPRTw6jeNnG --by carol",
            "callbacks list --page-token -x --older-than 3h --due-within 2d --limit 7",
        ] {
            let words = ["callback-bridge"].into_iter().chain(words.split(' '));
            Arguments::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
        }
        for words in ["callbacks show aTcv", "callbacks settle", "callbacks withdraw aTcvP3UjhKTPRTw6jeNnGg"] {
            let words = ["callback-bridge"].into_iter().chain(words.split(' '));
            assert_eq!(Arguments::try_parse_from(words).unwrap_err().exit_code(), 2);
        }
    }

    /// A token in an argument could be read by everybody on the machine.
    #[test]
    fn a_token_is_no_argument() {
        for words in ["token heartbeat AQCU", "token heartbeat --token AQCU", "token success --task-token AQCU"] {
            let words = ["callback-bridge"].into_iter().chain(words.split(' '));
            let error = Arguments::try_parse_from(words).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{error}");
        }
    }
}
