"""DynamoDB: TransactWriteItems."""
import pytest
from aws import refusal
from botocore.exceptions import ClientError
from tables import plain


def _add(items, id: str, more: int) -> dict:
    return {"Update": items.change(id, "ADD amount :more", more=more)}


def _create(items, id: str) -> dict:
    return {"Put": items.creation(id=id, write_id="mine") | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}


def _write(items, *actions: dict, token: str | None = None) -> str:
    by_token = {"ClientRequestToken": token} if token else {}
    return refusal(items.dynamodb.transact_write_items, TransactItems=list(actions), **by_token)


def test_a_transaction_writes_all_or_nothing(items):
    """A transaction writes everything, or is cancelled and writes nothing.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
    """
    there, counter, new = items.put(write_id="another"), items.put(amount=1), items.new_id()
    assert _write(items, _add(items, counter, 1), _create(items, new)) == "accepted"
    assert _write(items, _add(items, counter, 1), _create(items, there)) == "TransactionCanceledException"
    assert items.get(new) and items.get(counter)["amount"] == 2


def test_a_cancelled_transaction_says_why(items):
    """A transaction that is cancelled gives a reason for each of its actions, with the item where it was asked for.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    there, counter = items.put(write_id="another"), items.put(amount=1)
    with pytest.raises(ClientError) as cancelled:
        items.dynamodb.transact_write_items(TransactItems=[_add(items, counter, 1), _create(items, there)])
    reasons = cancelled.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert plain(reasons[1]["Item"]) == {"id": there, "write_id": "another"}


def test_a_repeated_transaction_changes_nothing(items):
    """A transaction that is repeated with its ClientRequestToken, within ten minutes, is accepted and changes nothing.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    counter, new, token = items.put(amount=1), items.new_id(), items.new_id()
    for _ in range(3):
        assert _write(items, _add(items, counter, 1), _create(items, new), token=token) == "accepted"
    assert items.get(counter)["amount"] == 2


def test_a_token_is_good_for_one_transaction(items):
    """Another transaction with the same ClientRequestToken is refused with IdempotentParameterMismatchException.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    counter, token = items.put(amount=1), items.new_id()
    assert _write(items, _add(items, counter, 1), token=token) == "accepted"
    assert _write(items, _add(items, counter, 2), token=token) == "IdempotentParameterMismatchException"
    assert items.get(counter)["amount"] == 2


def test_a_transaction_touches_an_item_once(items):
    """A transaction with two actions on the same item is refused with ValidationException.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    counter = items.put(amount=1)
    assert _write(items, _add(items, counter, 1), _add(items, counter, 2)) == "ValidationException"
    assert items.get(counter)["amount"] == 1
