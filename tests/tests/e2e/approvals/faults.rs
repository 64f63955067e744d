//! Everything between the queue, the people and Step Functions fails, one thing at a time, and each question ends as it
//! should.

mod handler;
mod intake;
mod mails;
mod settling;
mod sweep;
mod table;

use std::time::Duration;

use callback_bridge_local::{CallEvent, CallFault, Fault, LastingFault};
use callbacks::State;

use super::bench::People;

/// What SES's proxy calls a mail.
const MAIL: &str = "/v2/email/outbound-emails";

/// Longer than anybody has a callback to themselves.
const LEASE: Duration = Duration::from_mins(2);

impl People<'_> {
    /// A fault of a function, once.
    fn inject(&self, logical_id: &str, fault: Fault) {
        let function = self.sample.bridge.function(logical_id).unwrap();
        self.sample.bridge.host().faults().inject(&function.name, fault);
    }

    /// A fault of a call to AWS, once.
    fn inject_call(&self, operation: &str, fault: CallFault) {
        self.sample.bridge.proxy().faults().inject(operation, fault);
    }

    /// A fault of a call to AWS, until it is taken back.
    fn inject_lasting_call(&self, operation: &str, fault: CallFault) -> LastingFault {
        self.sample.bridge.proxy().faults().inject_lasting(operation, fault)
    }

    /// Lets the next call of an operation be as it is, so that a fault that is injected after this strikes a later one.
    fn spare_call(&self, operation: &str) {
        self.inject_call(operation, CallFault::SlowReply(Duration::ZERO));
    }

    /// How many calls this fault has struck.
    fn struck(&self, fault: &CallFault) -> usize {
        let calls = self.sample.bridge.proxy().calls().items();
        calls.iter().filter(|call| call.what == CallEvent::Struck(fault.clone())).count()
    }

    /// How Step Functions has replied to answers: the error codes, where they are no successes.
    fn answers(&self) -> Vec<Option<String>> {
        let calls = self.sample.bridge.proxy().calls().items().into_iter();
        let answers = calls.filter(|call| matches!(&*call.operation, "SendTaskSuccess" | "SendTaskFailure"));
        let replies = answers.filter_map(|call| match call.what {
            CallEvent::Replied { error, .. } => Some(error),
            _ => None,
        });
        replies.collect()
    }

    /// What has become of somebody's question.
    async fn state_of(&self, name: &str) -> State {
        self.callback(&self.link_of(name).await).await.state
    }

    /// Lets somebody's question be swept when whoever was at work on it has it no longer.
    async fn sweep_after_the_lease(&self, name: &str) {
        self.time_passes(&self.link_of(name).await, LEASE).await;
        self.sweep().await;
    }
}
