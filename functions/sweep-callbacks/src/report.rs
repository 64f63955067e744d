//! What whoever invoked the function gets.

use callbacks::{Callback, Swept};
use serde::{Serialize, Serializer, ser::SerializeMap};

/// What was done.
#[derive(Debug)]
pub enum Report {
    /// A sweep.
    Swept(Swept),
    /// The callback that was to be withdrawn, as it is now.
    Callback(Box<Callback>),
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Swept(swept) => {
                map.serialize_entry("callbacks", &swept.callbacks)?;
                map.serialize_entry("duties", &swept.duties)?;
                map.serialize_entry("finished", &!swept.unfinished)?;
            }
            Self::Callback(callback) => {
                map.serialize_entry("callbackId", &callback.request.id)?;
                map.serialize_entry("decision", &callback.state.decision().map(|decision| &decision.outcome))?;
                map.serialize_entry("settled", &callback.state.token.is_none())?;
            }
        }
        map.end()
    }
}
