//! What can be wrong, and how that is told to programs.

use super::texts::texts;
use crate::NotTaken;

/// Why a request was not answered by what it asked for. The HTTP statuses and `type` URIs are API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The link leads nowhere: 404, the same for every wrong link.
    UnknownLink,
    /// Nothing was chosen: 422.
    ChoiceMissing,
    /// There is no comment, and one is needed: 422.
    CommentMissing,
    /// The comment is too long: 422.
    CommentTooLong {
        /// How many characters it has.
        chars: usize,
    },
    /// Another question was shown than the one that is open: 422.
    OutOfDate,
    /// They requested it themselves: 422.
    OwnRequest,
    /// They have signed in, but it is not said as whom: 403.
    UnknownPerson,
    /// They have answered otherwise before: 409.
    AnsweredOtherwise,
    /// They have answered by another link: 409.
    AnsweredByAnotherLink,
    /// It was decided before: 409.
    Decided,
    /// The time to decide is over: 410.
    Expired,
    /// It was withdrawn: 410.
    Withdrawn,
    /// Nobody waits for it any more: 410.
    NobodyWaits,
    /// The table was in trouble, and the answer is not there: 503.
    NotRecorded,
    /// The table is in trouble, and whether the answer is there is not known: 503.
    MaybeRecorded,
    /// The table is in trouble, and nothing was to be changed: 503.
    Unavailable,
    /// A page elsewhere sent it: 403.
    CrossSite,
    /// Links are read and answered, and nothing else: 405.
    MethodNotAllowed,
    /// It has more bytes than an answer needs: 413.
    TooLarge,
    /// It is neither a form nor JSON: 415.
    UnsupportedMediaType,
    /// It is JSON, but no answer: 422.
    Unreadable,
    /// A machine sent something that is no JSON: 415.
    NotJson,
    /// A machine sent JSON of which nothing follows: 422.
    NotUnderstood,
    /// The same key, but something else than before: 422.
    KeyReused,
    /// Nobody is registered by this name: 404.
    UnknownSender,
    /// It is not signed, or not as its sender does: 401.
    BadSignature,
    /// It was signed too long ago, or in the future: 401.
    Stale,
    /// Step Functions did not take a heartbeat: 503.
    NotBeaten,
}

/// What of a form is to be filled in otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Choice,
    Comment,
}

impl Problem {
    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::CrossSite | Self::UnknownPerson => 403,
            Self::BadSignature | Self::Stale => 401,
            Self::UnknownLink | Self::UnknownSender => 404,
            Self::MethodNotAllowed => 405,
            Self::AnsweredOtherwise | Self::AnsweredByAnotherLink | Self::Decided => 409,
            Self::Expired | Self::Withdrawn | Self::NobodyWaits => 410,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType | Self::NotJson => 415,
            Self::ChoiceMissing
            | Self::CommentMissing
            | Self::CommentTooLong { .. }
            | Self::OutOfDate
            | Self::OwnRequest
            | Self::Unreadable
            | Self::NotUnderstood
            | Self::KeyReused => 422,
            Self::NotRecorded | Self::MaybeRecorded | Self::Unavailable | Self::NotBeaten => 503,
        }
    }

    /// The `type` of RFC 9457: a name, not an address.
    #[must_use]
    pub const fn type_uri(self) -> &'static str {
        match self {
            Self::UnknownLink => "urn:callback-bridge:problem:unknown-link",
            Self::ChoiceMissing => "urn:callback-bridge:problem:choice-missing",
            Self::CommentMissing => "urn:callback-bridge:problem:comment-missing",
            Self::CommentTooLong { .. } => "urn:callback-bridge:problem:comment-too-long",
            Self::OutOfDate => "urn:callback-bridge:problem:out-of-date",
            Self::OwnRequest => "urn:callback-bridge:problem:own-request",
            Self::UnknownPerson => "urn:callback-bridge:problem:unknown-person",
            Self::AnsweredByAnotherLink => "urn:callback-bridge:problem:answered-by-another-link",
            Self::AnsweredOtherwise => "urn:callback-bridge:problem:answered-otherwise",
            Self::Decided => "urn:callback-bridge:problem:decided",
            Self::Expired => "urn:callback-bridge:problem:expired",
            Self::Withdrawn => "urn:callback-bridge:problem:withdrawn",
            Self::NobodyWaits => "urn:callback-bridge:problem:nobody-waits",
            Self::NotRecorded => "urn:callback-bridge:problem:not-recorded",
            Self::MaybeRecorded => "urn:callback-bridge:problem:maybe-recorded",
            Self::Unavailable => "urn:callback-bridge:problem:unavailable",
            Self::CrossSite => "urn:callback-bridge:problem:cross-site",
            Self::MethodNotAllowed => "urn:callback-bridge:problem:method-not-allowed",
            Self::TooLarge => "urn:callback-bridge:problem:too-large",
            Self::UnsupportedMediaType => "urn:callback-bridge:problem:unsupported-media-type",
            Self::Unreadable => "urn:callback-bridge:problem:unreadable",
            Self::NotJson => "urn:callback-bridge:problem:not-json",
            Self::NotUnderstood => "urn:callback-bridge:problem:not-understood",
            Self::KeyReused => "urn:callback-bridge:problem:key-reused",
            Self::UnknownSender => "urn:callback-bridge:problem:unknown-sender",
            Self::BadSignature => "urn:callback-bridge:problem:bad-signature",
            Self::Stale => "urn:callback-bridge:problem:stale",
            Self::NotBeaten => "urn:callback-bridge:problem:not-beaten",
        }
    }

    /// What is wrong, in short, and what to do about it.
    pub(crate) fn texts(self) -> (&'static str, String) {
        (texts().problem)(self)
    }

    pub(crate) const fn field(self) -> Option<Field> {
        match self {
            Self::ChoiceMissing => Some(Field::Choice),
            Self::CommentMissing | Self::CommentTooLong { .. } => Some(Field::Comment),
            _ => None,
        }
    }
}

impl From<&NotTaken> for Problem {
    fn from(why: &NotTaken) -> Self {
        match why {
            NotTaken::Unknown => Self::UnknownLink,
            NotTaken::OutOfDate => Self::OutOfDate,
            NotTaken::CommentMissing => Self::CommentMissing,
            NotTaken::CommentTooLong { chars } => Self::CommentTooLong { chars: *chars },
            NotTaken::OwnRequest => Self::OwnRequest,
            NotTaken::AnsweredByAnotherLink => Self::AnsweredByAnotherLink,
            NotTaken::AnsweredOtherwise(_) => Self::AnsweredOtherwise,
            NotTaken::Decided(_) => Self::Decided,
            NotTaken::TooLate => Self::Expired,
            NotTaken::NobodyWaits => Self::NobodyWaits,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const ALL: [Problem; 28] = [
        Problem::UnknownLink,
        Problem::ChoiceMissing,
        Problem::CommentMissing,
        Problem::CommentTooLong { chars: 501 },
        Problem::OutOfDate,
        Problem::OwnRequest,
        Problem::UnknownPerson,
        Problem::AnsweredByAnotherLink,
        Problem::AnsweredOtherwise,
        Problem::Decided,
        Problem::Expired,
        Problem::Withdrawn,
        Problem::NobodyWaits,
        Problem::NotRecorded,
        Problem::MaybeRecorded,
        Problem::Unavailable,
        Problem::CrossSite,
        Problem::MethodNotAllowed,
        Problem::TooLarge,
        Problem::UnsupportedMediaType,
        Problem::Unreadable,
        Problem::NotJson,
        Problem::NotUnderstood,
        Problem::KeyReused,
        Problem::UnknownSender,
        Problem::BadSignature,
        Problem::Stale,
        Problem::NotBeaten,
    ];

    #[test]
    fn the_table_of_problems_is_complete() {
        let page = include_str!("README.md");
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `") && !line.contains("`type`")).collect();
        for problem in ALL {
            let name = problem.type_uri().strip_prefix("urn:callback-bridge:problem:").unwrap();
            let row = format!("| `{name}` | {} |", problem.status());
            assert_eq!(rows.iter().filter(|line| line.starts_with(&row)).count(), 1, "{row}");
        }
        assert_eq!(rows.len(), ALL.len());
    }

    #[test]
    fn every_reason_of_the_desk_is_a_problem_of_its_own() {
        let all = [
            NotTaken::Unknown,
            NotTaken::OutOfDate,
            NotTaken::CommentMissing,
            NotTaken::CommentTooLong { chars: 501 },
            NotTaken::OwnRequest,
            NotTaken::AnsweredByAnotherLink,
            NotTaken::TooLate,
            NotTaken::NobodyWaits,
        ];
        let types: HashSet<_> = all.iter().map(|why| Problem::from(why).type_uri()).collect();
        assert_eq!(types.len(), all.len());
    }
}
