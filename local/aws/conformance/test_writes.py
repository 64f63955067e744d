"""DynamoDB: conditional writes, and what reads see."""
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from aws import refusal
from botocore.exceptions import ClientError
from tables import plain, wire

REFUSED = "ConditionalCheckFailedException"
SHOWN = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def test_an_item_is_created_once(items):
    """A PutItem on the condition that there is no such item succeeds once, and then fails with \
ConditionalCheckFailedException.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
    """
    id = items.new_id()
    assert refusal(items.dynamodb.put_item, **items.creation(id=id, write_id="mine")) == "accepted"
    assert refusal(items.dynamodb.put_item, **items.creation(id=id, write_id="another")) == REFUSED
    assert items.get(id) == {"id": id, "write_id": "mine"}


def test_of_many_creations_at_once_one_counts(items):
    """Of many conditional writes of an item at once, one is accepted.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
    """
    id = items.new_id()
    with ThreadPoolExecutor(8) as pool:
        puts = [pool.submit(refusal, items.dynamodb.put_item, **items.creation(id=id, amount=n)) for n in range(8)]
        said = [put.result() for put in puts]
    assert sorted(said) == [REFUSED] * 7 + ["accepted"]
    assert items.get(id)["amount"] == said.index("accepted")


def test_a_change_counts_once(items):
    """An UpdateItem on the condition of what it replaces succeeds once.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
    """
    id = items.put(decision="none")
    change = items.change(id, "SET decision = :after", "decision = :before", before="none", after="approved")
    assert [refusal(items.dynamodb.update_item, **change) for _ in range(2)] == ["accepted", REFUSED]
    assert items.get(id)["decision"] == "approved"


@pytest.mark.parametrize("operation", ["put_item", "update_item", "delete_item"])
def test_a_refused_write_shows_the_item_on_request(items, operation):
    """A conditional write that fails shows the item as it is when ReturnValuesOnConditionCheckFailure is ALL_OLD.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
    """
    id = items.put(write_id="another")
    arguments = {
        "put_item": items.creation(id=id, write_id="mine"),
        "update_item": items.change(id, "SET write_id = :mine", "attribute_not_exists(id)", mine="mine"),
        "delete_item": {"TableName": items.table, "Key": wire(id=id), "ConditionExpression": "attribute_not_exists(id)"},
    }[operation]
    with pytest.raises(ClientError) as refused:
        getattr(items.dynamodb, operation)(**arguments, **SHOWN)
    assert refused.value.response["Error"]["Code"] == REFUSED
    assert plain(refused.value.response["Item"]) == {"id": id, "write_id": "another"}


def test_a_refused_write_shows_nothing_unasked(items):
    """A conditional write that fails shows nothing of the item when it was not asked to.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
    """
    id = items.put(write_id="another")
    with pytest.raises(ClientError) as refused:
        items.dynamodb.put_item(**items.creation(id=id, write_id="mine"))
    assert "Item" not in refused.value.response


def test_a_repeated_write_fails_against_its_own_success(items):
    """A conditional write whose response is lost, and which the SDK therefore repeats, fails against its own success; the \
item that it shows has the id of this very write.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
    """
    dynamodb, statuses = items.aws.losing_a_response("dynamodb", "PutItem")
    id, write = items.new_id(), items.new_id()
    with pytest.raises(ClientError) as refused:
        dynamodb.put_item(**items.creation(id=id, write_id=write), **SHOWN)
    assert statuses == [200, 400] and refused.value.response["Error"]["Code"] == REFUSED
    assert plain(refused.value.response["Item"])["write_id"] == write


def test_a_consistent_read_sees_every_write_before_it(items):
    """A consistent read sees every write that was accepted before.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html
    """
    id = items.put(amount=0)
    for amount in range(1, 6):
        items.dynamodb.update_item(**items.change(id, "SET amount = :amount", amount=amount))
        assert items.get(id)["amount"] == amount


def test_an_expired_item_can_still_be_read(items):
    """An item past its time to live can still be read and changed: its reader compares the time.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
    """
    id = items.put(expires_at=int(time.time()) - 3600)
    assert items.get(id)["expires_at"] < time.time()
    exists = items.change(id, "SET seen = :seen", "attribute_exists(id)", seen="yes")
    assert refusal(items.dynamodb.update_item, **exists) == "accepted"
