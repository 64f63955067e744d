//! What the provider does by itself about a payee.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::sleep;

use super::{Office, Payment, SignedEvent, Word, payees};
use crate::clock;

/// How old a stale event is; the bridge takes none that is older than five minutes.
const STALE: SignedDuration = SignedDuration::from_mins(10);
/// How often something is said that the bridge is in trouble over.
const TRIES: u32 = 5;
/// How long the provider waits before it says it again.
const AGAIN: Duration = Duration::from_millis(200);

/// Something that the provider says by itself.
pub(super) enum Saying {
    ByLink(Word),
    ByEvent(SignedEvent),
}

/// What is said about a payment before the call has a response.
pub(super) fn before_response(payment: &Payment) -> Vec<Saying> {
    match payment.pay_to.as_str() {
        payees::EARLY => vec![Saying::ByEvent(SignedEvent::paid(payment))],
        _ => Vec::new(),
    }
}

/// What is said about a payment later.
pub(super) fn after_response(payment: &Payment) -> Vec<Saying> {
    let paid = || Saying::ByLink(Word::Answer(payment.paid()));
    let beat = || Saying::ByLink(Word::Heartbeat);
    let event = SignedEvent::paid(payment);
    match payment.pay_to.as_str() {
        payees::LATER => vec![beat(), beat(), paid()],
        payees::TWICE => vec![paid(), paid()],
        payees::CONTRARY => vec![paid(), Saying::ByLink(Word::Answer(payment.failed("it was sent back")))],
        payees::BY_EVENT => vec![Saying::ByEvent(event)],
        payees::FORGED => vec![Saying::ByEvent(event.forged())],
        payees::UNSIGNED => vec![Saying::ByEvent(event.unsigned())],
        payees::STALE => vec![Saying::ByEvent(event.sent_at(clock::now() - STALE))],
        payees::REPLAYED => {
            let contrary = SignedEvent::failed(payment, "it was sent back").with_id(event.id());
            vec![Saying::ByEvent(event), Saying::ByEvent(contrary)]
        }
        _ => Vec::new(),
    }
}

impl Office {
    /// Says one thing after the other, in a task of its own.
    pub(super) fn say_later(self: &Arc<Self>, payment: &Payment, sayings: Vec<Saying>) {
        let (office, payment_id) = (Arc::clone(self), payment.id.clone());
        self.at_work().spawn(async move { office.say_all(&payment_id, &sayings).await });
    }

    /// Says one thing after the other. What the bridge is in trouble over is said again, and known by its id or its key.
    pub(super) async fn say_all(&self, payment_id: &str, sayings: &[Saying]) {
        for (number, saying) in sayings.iter().enumerate() {
            sleep(self.options.pace).await;
            for _ in 0..TRIES {
                let reply = match saying {
                    Saying::ByLink(word) => self.say(payment_id, word, Some(&format!("{payment_id}-{number}"))).await,
                    Saying::ByEvent(event) => self.send(event).await,
                };
                match reply {
                    Ok(reply) if reply.status < 500 => break,
                    Ok(_) => {}
                    Err(error) => tracing::warn!(payment_id, "the provider is not heard: {error:#}"),
                }
                sleep(AGAIN).await;
            }
        }
    }
}
