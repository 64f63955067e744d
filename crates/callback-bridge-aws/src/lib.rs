#![doc = include_str!("../README.md")]

#[cfg(feature = "step-functions")]
mod activity;
#[cfg(feature = "chat")]
mod chat;
#[cfg(any(feature = "desk", feature = "webhooks"))]
mod clock;
pub mod config;
#[cfg(feature = "step-functions")]
mod credentials;
#[cfg(feature = "desk")]
mod desk;
#[cfg(feature = "dynamodb")]
mod dynamodb;
mod error;
#[cfg(feature = "lambda")]
mod lambda;
#[cfg(feature = "events")]
mod late_answers;
pub mod logging;
#[cfg(feature = "lambda")]
pub mod metrics;
#[cfg(feature = "notices")]
mod notices;
#[cfg(any(feature = "chat", feature = "ses"))]
mod notifier;
#[cfg(feature = "outbound")]
mod outbound;
#[cfg(any(feature = "chat", feature = "webhooks"))]
mod plain_http;
#[cfg(any(feature = "task-queue", feature = "worker"))]
mod queue_url;
#[cfg(feature = "secrets-manager")]
mod secrets_manager;
#[cfg(feature = "senders")]
mod senders;
#[cfg(feature = "ses")]
mod ses;
#[cfg(feature = "worker")]
mod sqs;
#[cfg(feature = "step-functions")]
mod step_functions;
#[cfg(feature = "task-queue")]
mod task_queue;
#[cfg(test)]
#[cfg(any(feature = "chat", feature = "ses"))]
mod test_notices;
#[cfg(feature = "webhooks")]
mod webhooks;
#[cfg(feature = "worker")]
mod worker;

#[cfg(feature = "step-functions")]
pub use activity::Activity;
#[cfg(feature = "chat")]
pub use chat::{IncomingWebhooks, WebhooksError};
#[cfg(any(feature = "desk", feature = "webhooks"))]
pub use clock::SystemClock;
#[cfg(feature = "desk")]
pub use desk::{AwsDesk, ParkingDesk, desk, parking_desk, switches};
#[cfg(feature = "dynamodb")]
pub use dynamodb::CallbackTable;
pub use error::Error;
#[cfg(feature = "lambda")]
pub use lambda::{Lambda, invocation};
#[cfg(feature = "events")]
pub use late_answers::{LateAnswerEvents, late_answers};
#[cfg(feature = "notices")]
pub use notices::{Notices, notices};
#[cfg(any(feature = "chat", feature = "ses"))]
pub use notifier::Channels;
#[cfg(feature = "outbound")]
pub use outbound::{AwsOutbound, outbound};
#[cfg(any(feature = "chat", feature = "webhooks"))]
pub use plain_http::PlainHttp;
#[cfg(feature = "secrets-manager")]
pub use secrets_manager::{SecretError, read_secret};
#[cfg(feature = "senders")]
pub use senders::senders;
#[cfg(feature = "ses")]
pub use ses::SesMail;
#[cfg(feature = "worker")]
pub use sqs::SqsQueues;
#[cfg(feature = "step-functions")]
pub use step_functions::{CallbackRoles, CallbackRolesError, StepFunctions, is_throttling};
#[cfg(feature = "task-queue")]
pub use task_queue::{NoQueue, QueueArn, SqsTaskQueue};
#[cfg(feature = "webhooks")]
pub use webhooks::{Destinations, HttpWebhooks, webhooks};
#[cfg(feature = "worker")]
pub use worker::run;
