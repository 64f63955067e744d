//! Tasks that wait for another system, as far as grants are concerned: each function that answers is given something to say
//! about tasks of both state machines that wait for the payment provider, and an answer that comes too late.

use std::time::Duration;

use aws_sdk_sfn::types::ExecutionStatus::{self, Aborted, Failed, Succeeded};
use callback_bridge_local::{
    CallFault, Sample,
    provider::{Word, payees},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::next_message;
use crate::bench::{PATIENCE, becomes_empty, input, payment, send};

/// A task that waits for the provider. Its message was taken out of the queue, so nobody knows of it yet.
struct Waiting {
    execution: String,
    reference: String,
    message: Value,
}

/// The tasks of a state machine.
pub(super) struct Payments<'a> {
    sample: &'a Sample,
    opened: [Waiting; 5],
    swept: [Waiting; 3],
}

/// A payment whose message nobody could answer: its execution.
pub(super) async fn given_up(sample: &Sample) -> String {
    let execution = sample.start("PaymentStateMachineArn", &payment("given up", payees::PROMPT)).await.unwrap();
    let message = next_message(sample, "CallbackQueueUrl").await;
    send(sample, "DeadLetterQueueUrl", &message.to_string()).await;
    execution
}

impl<'a> Payments<'a> {
    /// Tasks of a sample that pays, as long as no queue is read.
    pub(super) async fn of_payments(sample: &'a Sample) -> Self {
        Self::each(sample, async |pay_to, reference| {
            sample.start("PaymentStateMachineArn", &payment(reference, pay_to)).await.unwrap()
        })
        .await
    }

    /// The same of one that pays out a loan, which was checked and approved before.
    pub(super) async fn of_loans(sample: &'a Sample) -> Self {
        Self::each(sample, async |pay_to, reference| {
            let mut application = input("good");
            (application["applicationId"], application["payTo"]) = (reference.into(), pay_to.into());
            let execution = sample.start("LoanApplicationStateMachineArn", &application).await.unwrap();
            let report = json!({ "score": 742, "reference": "CR-1" });
            for (queue, output) in
                [("CreditCheckQueueUrl", report), ("CallbackQueueUrl", json!({ "decision": "approved" }))]
            {
                let message = next_message(sample, queue).await;
                let call = sample.bridge.sfn().send_task_success().task_token(message["taskToken"].as_str().unwrap());
                call.output(output.to_string()).send().await.unwrap();
            }
            execution
        })
        .await
    }

    /// `start` takes who is to be paid, and what the payment is called.
    async fn each(sample: &'a Sample, start: impl AsyncFn(&str, &str) -> String) -> Self {
        let waiting = async |pay_to: &str| {
            let reference = format!("grants-{:08x}", fastrand::u32(..));
            let execution = start(pay_to, &reference).await;
            Waiting { execution, reference, message: next_message(sample, "CallbackQueueUrl").await }
        };
        let (prompt, failing, forgotten) = (payees::PROMPT, payees::FAILING, payees::FORGOTTEN);
        let opened = [
            waiting(prompt).await,
            waiting(failing).await,
            waiting(prompt).await,
            waiting(forgotten).await,
            waiting(forgotten).await,
        ];
        Self { sample, opened, swept: [waiting(prompt).await, waiting(failing).await, waiting(prompt).await] }
    }

    /// What open-callback and receive-callback do between them.
    pub(super) async fn are_opened_and_answered(&self) {
        let [paid, refused, stopped, heard, failed] = &self.opened;
        self.stop(stopped).await;
        for waiting in [paid, refused, stopped, failed] {
            self.open(waiting).await;
        }
        self.open_late(heard).await;
        becomes_empty(self.sample, "CallbackQueueUrl").await;
        self.end([(paid, Succeeded), (refused, Failed), (stopped, Aborted)]).await;

        let provider = &self.sample.provider;
        let payment = provider.payment(&heard.reference, PATIENCE).await.unwrap();
        let too_late = Word::Answer(payment.failed("it was sent back"));
        for (word, status) in [(Word::Heartbeat, 200), (Word::Answer(payment.paid()), 200), (too_late, 409)] {
            assert_eq!(provider.say(&payment, &word, None).await.unwrap().status, status, "{word:?}");
        }
        let payment = provider.payment(&failed.reference, PATIENCE).await.unwrap();
        let failure = Word::Failure { error: "Payment.Failed".to_owned(), cause: "the account is closed".to_owned() };
        assert_eq!(provider.say(&payment, &failure, None).await.unwrap().status, 200);
        self.end([(heard, Succeeded), (failed, Failed)]).await;
    }

    /// What sweep-callbacks does where open-callback could write no more than that a task is parked.
    pub(super) async fn are_swept(&self) {
        let [paid, refused, stopped] = &self.swept;
        let unwritten = CallFault::refuse(400, "AccessDeniedException");
        let unwritten = self.sample.bridge.proxy().faults().inject_lasting("UpdateItem", unwritten);
        self.open_late(paid).await;
        self.open(refused).await;
        self.open(stopped).await;
        becomes_empty(self.sample, "CallbackQueueUrl").await;
        unwritten.take_back();
        self.stop(stopped).await;
        let swept = self.sample.bridge.invoke("SweepCallbacksFunction", "{}").await.unwrap();
        assert_eq!(swept.error, None);
        self.end([(paid, Succeeded), (refused, Failed), (stopped, Aborted)]).await;
    }

    async fn open(&self, waiting: &Waiting) {
        send(self.sample, "CallbackQueueUrl", &waiting.message.to_string()).await;
    }

    /// Sends the message of a task that the bridge is to beat for as if it had waited for so long that a heartbeat is due.
    #[expect(clippy::disallowed_methods, reason = "when a state was entered is told by the time of day")]
    async fn open_late(&self, waiting: &Waiting) {
        let mut message = waiting.message.clone();
        message["heartbeatSeconds"] = 180.into();
        message["context"]["enteredAt"] =
            json!(Timestamp::now().checked_sub(Duration::from_mins(2)).unwrap().to_string());
        send(self.sample, "CallbackQueueUrl", &message.to_string()).await;
    }

    async fn stop(&self, waiting: &Waiting) {
        self.sample.bridge.sfn().stop_execution().execution_arn(&waiting.execution).send().await.unwrap();
    }

    async fn end<const N: usize>(&self, ends: [(&Waiting, ExecutionStatus); N]) {
        for (waiting, status) in ends {
            let ended = self.sample.end_of(&waiting.execution, PATIENCE).await.unwrap();
            assert_eq!(ended.status, status, "{}: {ended:?}", waiting.reference);
        }
    }
}
