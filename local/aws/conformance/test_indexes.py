"""DynamoDB: a sparse KEYS_ONLY index."""
from aws import refusal
from tables import INDEX, wire


def _indexed(items, owner: str) -> None:
    items.aws.until(lambda: items.of_owner(owner), "the item is in the index")


def test_an_index_of_keys_has_nothing_but_keys(items):
    """A KEYS_ONLY index has the keys of the table and its own, and no other attribute.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
    """
    owner = items.new_id()
    id = items.put(owned_by=owner, secret="not in the index")
    _indexed(items, owner)
    assert items.of_owner(owner) == [{"id": id, "owned_by": owner}]


def test_an_item_without_the_key_is_not_in_the_index(items):
    """An index is sparse: an item without its key attribute is not in it.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general-sparse-indexes.html
    """
    without, owner = items.put(secret="nobody's"), items.new_id()
    items.put(owned_by=owner)
    _indexed(items, owner)
    scanned = items.dynamodb.scan(TableName=items.table, IndexName=INDEX)["Items"]
    assert wire(id=without)["id"] not in [item["id"] for item in scanned]


def test_an_item_leaves_the_index_with_its_key_attribute(items):
    """An item leaves the index once its key attribute is removed, and stays in the table.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general-sparse-indexes.html
    """
    owner = items.new_id()
    id = items.put(owned_by=owner)
    _indexed(items, owner)
    items.dynamodb.update_item(**items.change(id, "REMOVE owned_by"))
    items.aws.until(lambda: not items.of_owner(owner), "the item is not in the index")
    assert items.get(id) == {"id": id}


def test_an_index_cannot_be_read_consistently(items):
    """A consistent read of a global index is refused with ValidationException: it follows the table a little later.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
    """
    assert refusal(items.of_owner, owner="anybody", ConsistentRead=True) == "ValidationException"
