//! Payees the provider has something of its own to do about; everybody else is paid as [`PROMPT`] is.

/// Is paid at once: the response says so.
pub const PROMPT: &str = "Kato Ltd";
/// Is paid later: the call is accepted, the provider beats twice, and then answers by the link.
pub const LATER: &str = "Lento Ltd";
/// Is paid later: the call is accepted, and a signed event says the rest.
pub const BY_EVENT: &str = "Posta Ltd";
/// Is paid so fast that the signed event comes before the response that accepts the call.
pub const EARLY: &str = "Presto Ltd";
/// Is paid later, and the provider says so twice by the link.
pub const TWICE: &str = "Eco Ltd";
/// Is paid later, and the provider says so by the link, and then the contrary.
pub const CONTRARY: &str = "Volta Ltd";
/// Its event is signed by somebody else; nothing else is said.
pub const FORGED: &str = "Falso Ltd";
/// Its event is not signed; nothing else is said.
pub const UNSIGNED: &str = "Nudo Ltd";
/// Its event was signed ten minutes ago; nothing else is said.
pub const STALE: &str = "Vecchio Ltd";
/// Its event says that it is paid, and then one with the same id says the contrary.
pub const REPLAYED: &str = "Doppio Ltd";
/// Is paid, but the provider takes its time over the call ([`ProviderOptions::slow`](super::ProviderOptions::slow)).
pub const SLOW: &str = "Tardo Ltd";
/// Is paid, but the first call finds the provider busy: 429, to be tried again in a second.
pub const BUSY: &str = "Pieno Ltd";
/// The provider is in trouble over every call: 500.
pub const BROKEN: &str = "Rotto Ltd";
/// The provider wants no such call ever again: 410.
pub const GONE: &str = "Perso Ltd";
/// The provider sends whoever calls to the metadata of the machine they run on: 302.
pub const ELSEWHERE: &str = "Altrove Ltd";
/// Is paid, as a response of 10 MB says.
pub const HUGE: &str = "Enorme Ltd";
/// The response is JSON of another shape than agreed upon.
pub const STRANGE: &str = "Strano Ltd";
/// The call never gets a response.
pub const DEAD: &str = "Silent Ltd";
/// The call is accepted, and that is all: what follows is up to a test.
pub const FORGOTTEN: &str = "Oblio Ltd";
/// Is not paid: the response says so, and why.
pub const FAILING: &str = "Povero Ltd";
