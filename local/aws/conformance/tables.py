"""The one table of the suite, and its items."""
import uuid

from aws import Aws, refusal

INDEX = "by_owner"


def wire(**values) -> dict:
    """Texts and numbers as DynamoDB writes them."""
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in values.items()}


def plain(item: dict | None) -> dict | None:
    """And back."""
    return item and {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}


class Items:
    """Items by id, in a table with a KEYS_ONLY index on `owned_by` and `expires_at` as time to live."""

    def __init__(self, aws: Aws):
        self.aws, self.dynamodb, self.table = aws, aws.dynamodb, aws.name()
        of_table = {"TableName": self.table}
        aws.later_delete(
            f"table {self.table}", lambda: self.dynamodb.delete_table(**of_table),
            gone="ResourceNotFoundException", busy="ResourceInUseException",
        )  # fmt: skip
        self.dynamodb.create_table(
            **of_table, BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "owned_by")],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[{
                "IndexName": INDEX, "Projection": {"ProjectionType": "KEYS_ONLY"},
                "KeySchema": [{"AttributeName": "owned_by", "KeyType": "HASH"}],
            }],
        )  # fmt: skip
        aws.until(self._active, "the table is active")
        ttl = {"Enabled": True, "AttributeName": "expires_at"}
        self.dynamodb.update_time_to_live(**of_table, TimeToLiveSpecification=ttl)

    def _active(self) -> bool:
        if refusal(self.dynamodb.describe_table, TableName=self.table) != "accepted":
            return False  # so new that not all of DynamoDB knows it
        table = self.dynamodb.describe_table(TableName=self.table)["Table"]
        return {table["TableStatus"], *(index["IndexStatus"] for index in table["GlobalSecondaryIndexes"])} == {"ACTIVE"}

    def new_id(self) -> str:
        return uuid.uuid4().hex

    def creation(self, **values) -> dict:
        """The arguments of a PutItem that creates an item, and never replaces one."""
        return {"TableName": self.table, "Item": wire(**values), "ConditionExpression": "attribute_not_exists(id)"}

    def change(self, id: str, expression: str, condition: str | None = None, **values) -> dict:
        """The arguments of an UpdateItem; `:name` in its expressions is the value of that name."""
        conditional = {"ConditionExpression": condition} if condition else {}
        given = {"ExpressionAttributeValues": {f":{k}": v for k, v in wire(**values).items()}} if values else {}
        return {"TableName": self.table, "Key": wire(id=id), "UpdateExpression": expression, **conditional, **given}

    def put(self, **values) -> str:
        """The id of a new item."""
        id = self.new_id()
        self.dynamodb.put_item(TableName=self.table, Item=wire(id=id, **values))
        return id

    def get(self, id: str) -> dict | None:
        found = self.dynamodb.get_item(TableName=self.table, Key=wire(id=id), ConsistentRead=True)
        return plain(found.get("Item"))

    def of_owner(self, owner: str, **options) -> list[dict]:
        """What the index has; it follows the table a little later."""
        found = self.dynamodb.query(
            TableName=self.table, IndexName=INDEX, KeyConditionExpression="owned_by = :owner",
            ExpressionAttributeValues=wire(**{":owner": owner}), **options,
        )  # fmt: skip
        return [plain(item) for item in found["Items"]]
