//! What a conditional write found that was refused.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::{transact_write_items::TransactWriteItemsError, update_item::UpdateItemError},
};
use callbacks::StoreError;

use super::{Item, named};

/// What is there after a write.
pub(super) enum Found {
    /// The write itself, be it of an earlier try of the SDK, which was carried out, and its reply was lost.
    Ours,
    /// What somebody else has written, as far as it was told.
    Others(Item),
    /// A write of somebody else that is under way. It may still fail.
    Writing,
}

pub(super) fn refused_update(error: &SdkError<UpdateItemError>, write_id: &str) -> Result<Found, StoreError> {
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => Ok(found(failed.item(), write_id)),
        Some(UpdateItemError::TransactionConflictException(_)) => Ok(Found::Writing),
        _ => Err(named(error)),
    }
}

/// The item that knows the name of its write is the first one of every transaction.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#API_TransactWriteItems_Errors>
pub(super) fn refused_transaction(
    error: &SdkError<TransactWriteItemsError>,
    write_id: &str,
) -> Result<Found, StoreError> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return Err(named(error));
    };
    let reasons = cancelled.cancellation_reasons();
    let codes = || reasons.iter().filter_map(|reason| reason.code()).filter(|code| *code != "None");
    if codes().any(|code| code == "ConditionalCheckFailed") {
        return Ok(found(reasons.first().and_then(|reason| reason.item()), write_id));
    }
    match codes().next() {
        Some("TransactionConflict") => Ok(Found::Writing),
        Some(code) => Err(StoreError::Unavailable(code.to_owned())),
        None => Err(named(error)),
    }
}

fn found(there: Option<&Item>, write_id: &str) -> Found {
    let theirs = there.and_then(|item| item.get("write_id")?.as_s().ok());
    if theirs.is_some_and(|theirs| theirs == write_id) {
        Found::Ours
    } else {
        Found::Others(there.cloned().unwrap_or_default())
    }
}
