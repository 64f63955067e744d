//! `callbacks`: what is parked, and what people order about it.
//!
//! All of it is ordered of the function sweep-callbacks: the table has the tokens of tasks that wait, and nobody needs a grant on it.

mod ends;
mod function;
mod id;
mod list;
mod resend;
mod show;
mod times;

use std::io::{Write, stdout};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::{
    arguments::Format,
    error::{Ended, Error},
    redacted,
    session::Session,
};
use function::{Function, Place};
use id::Id;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What waits for an answer, or for Step Functions to take one, the most urgent first
    List(Box<list::Arguments>),
    /// All that is known of a callback, also when it is settled
    Show(Show),
    /// Tell those again who are asked and have not answered, by the same links; not a destination that has taken the call
    Resend(Ordered),
    /// Take a question back: its task fails with `Bridge.Withdrawn`
    Withdraw(Withdraw),
    /// Have Step Functions told now what was decided, as after a grant was mended
    Settle(Ordered),
}

#[derive(Debug, Args)]
struct Show {
    /// The callback, as `callbacks list` prints it and logs have it in `callback.id`
    #[arg(value_name = "ID", allow_hyphen_values = true)]
    callback: Id,
}

#[derive(Debug, Args)]
struct Ordered {
    /// The callback, as `callbacks list` prints it and logs have it in `callback.id`
    #[arg(value_name = "ID", allow_hyphen_values = true)]
    callback: Id,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
struct Withdraw {
    /// The callback, as `callbacks list` prints it and logs have it in `callback.id`
    #[arg(value_name = "ID", allow_hyphen_values = true)]
    callback: Id,
    /// Why; those who open their link and the cause of the failure say so
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
struct By {
    /// Who orders it, as logs and pages have it [default: as whom AWS knows you, without the account]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

pub(crate) async fn run(arguments: Arguments, session: &Session) -> Result<Ended, Error> {
    let Arguments { place, command } = arguments;
    let function = Function::find(session, &place).await?;
    let mut out = stdout();
    match command {
        Command::List(arguments) => list::run(*arguments, &function, session, &mut out).await,
        Command::Show(Show { callback }) => {
            let shown = function.order("show", json!({ "callbackId": callback })).await?;
            written(&shown, session.format, &mut out, |out| show::write(&shown, crate::times::now(), out))
        }
        Command::Resend(Ordered { callback, by }) => {
            let order = json!({ "callbackId": callback, "by": by.of(session).await? });
            let told = function.order("resend", order).await?;
            written(&told, session.format, &mut out, |out| resend::write(&told, out))
        }
        Command::Withdraw(Withdraw { callback, reason, by }) => {
            let order = json!({ "callbackId": callback, "by": by.of(session).await?, "reason": reason });
            let withdrawn = function.order("withdraw", order).await?;
            let says = ends::of_withdrawal(&callback, &withdrawn)?;
            written(&withdrawn, session.format, &mut out, |out| Ok(writeln!(out, "{says}")?))
        }
        Command::Settle(Ordered { callback, by }) => {
            let order = json!({ "callbackId": callback, "by": by.of(session).await? });
            let settled = function.order("settle", order).await?;
            let says = ends::of_settlement(&callback, &settled)?;
            written(&settled, session.format, &mut out, |out| Ok(writeln!(out, "{says}")?))
        }
    }
}

/// Writes a reply for programs as it is, but for tokens, or for people.
fn written<O: Write>(
    reply: &Value,
    format: Format,
    out: &mut O,
    for_people: impl FnOnce(&mut O) -> Result<(), Error>,
) -> Result<Ended, Error> {
    match format {
        Format::Json => writeln!(out, "{:#}", without_tokens(reply))?,
        Format::Table => for_people(out)?,
    }
    Ok(Ended::Well)
}

fn without_tokens(reply: &Value) -> Value {
    let text = redacted::text(&reply.to_string());
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

impl By {
    /// Who orders something.
    async fn of(self, session: &Session) -> Result<String, Error> {
        match self.by {
            Some(by) => Ok(by),
            None => function::caller(session).await,
        }
    }
}
