from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import refusal, unique

STATE = {"sk": {"S": "state"}}


@pytest.fixture(scope="module")
def table(aws):
    name = unique()
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    attributes = [{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in keys]
    aws("dynamodb").create_table(TableName=name, KeySchema=keys, AttributeDefinitions=attributes, BillingMode="PAY_PER_REQUEST")
    return name


def key(name):
    return {"pk": {"S": name}, **STATE}


def put_if_absent(table, **item):
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def test_of_writers_at_once_one_wins_each_version(aws, table):
    """Transactions that are cancelled run beside them, and undo nothing of theirs."""
    dynamodb, name = aws("dynamodb"), unique()
    dynamodb.put_item(TableName=table, Item={**key(name), "version": {"N": "0"}})

    def write(before):
        return refusal(
            dynamodb.update_item, TableName=table, Key=key(name), UpdateExpression="SET version = :next",
            ConditionExpression="version = :before",
            ExpressionAttributeValues={":before": {"N": str(before)}, ":next": {"N": str(before + 1)}},
        )  # fmt: skip

    def cancel(_):
        return refusal(dynamodb.transact_write_items, TransactItems=[put_if_absent(table, **key(name))])

    with ThreadPoolExecutor(8) as pool:
        for before in range(20):
            cancelled = pool.map(cancel, range(4))
            replies = list(pool.map(write, [before] * 4))
            assert replies.count("accepted") == 1, (before, replies)
            assert set(cancelled) == {"TransactionCanceledException"}
    assert dynamodb.get_item(TableName=table, Key=key(name))["Item"]["version"] == {"N": "20"}


def test_a_transaction_that_comes_again_with_its_token_succeeds_and_changes_nothing(aws, table):
    dynamodb, name, token = aws("dynamodb"), unique(), unique()
    park = [put_if_absent(table, **key(name))]
    dynamodb.transact_write_items(TransactItems=park, ClientRequestToken=token)
    dynamodb.transact_write_items(TransactItems=park, ClientRequestToken=token)
    assert refusal(dynamodb.transact_write_items, TransactItems=park) == "TransactionCanceledException"
    other = [put_if_absent(table, **key(unique()))]
    again = refusal(dynamodb.transact_write_items, TransactItems=other, ClientRequestToken=token)
    assert again == "IdempotentParameterMismatchException"


def test_a_transaction_that_was_cancelled_may_come_again(aws, table):
    dynamodb, name, token = aws("dynamodb"), unique(), unique()
    park = [put_if_absent(table, **key(name))]
    dynamodb.put_item(TableName=table, Item=key(name))
    assert refusal(dynamodb.transact_write_items, TransactItems=park, ClientRequestToken=token) == "TransactionCanceledException"
    dynamodb.delete_item(TableName=table, Key=key(name))
    dynamodb.transact_write_items(TransactItems=park, ClientRequestToken=token)
