import subprocess
import sys

from conftest import ROOT

MOCKED = """
import sys
from concurrent.futures import ThreadPoolExecutor
from local_aws import tables
tables.install()
import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

mock_aws().start()
dynamodb = boto3.client("dynamodb", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
dynamodb.create_table(TableName="t", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                      AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])

def add(id):
    return {"TableName": "t", "Key": {"id": {"S": id}}, "UpdateExpression": "ADD amount :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}}}

def check(id):
    return {"TableName": "t", "Key": {"id": {"S": id}}, "ConditionExpression": "attribute_exists(id)"}

def write(*actions, **more):
    try:
        dynamodb.transact_write_items(TransactItems=actions, **more)
        return "accepted"
    except ClientError as error:
        return error.response["Error"]["Code"]

def amount(id):
    return dynamodb.get_item(TableName="t", Key={"id": {"S": id}})["Item"]["amount"]["N"]
"""


def printed(program):
    ran = subprocess.run([sys.executable, "-c", MOCKED + program], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_a_cancelled_transaction_undoes_nothing_but_itself():
    """In a process of its own, whose threads change places as often as they can."""
    assert printed("""
sys.setswitchinterval(1e-6)
with ThreadPoolExecutor(8) as pool:
    codes = pool.map(lambda _: write({"Update": add("cancelled")}, {"ConditionCheck": check("none")}), range(50))
    list(pool.map(lambda _: dynamodb.update_item(**add("counter")), range(50)))
    assert set(codes) == {"TransactionCanceledException"}
print(amount("counter"))
""") == "50"


def test_a_token_is_forgotten_after_ten_minutes():
    """In a process of its own, whose clock jumps."""
    assert printed("""
now = 0.0
tables.time = type("Clock", (), {"monotonic": staticmethod(lambda: now)})
for now in (0.0, 1.0, 599.0, 601.0):
    assert write({"Update": add("counter")}, ClientRequestToken="token") == "accepted"
print(amount("counter"))
""") == "2"


def test_a_cancelled_transaction_may_be_repeated_with_its_token():
    assert printed("""
actions = {"Update": add("counter")}, {"ConditionCheck": check("there")}
print(write(*actions, ClientRequestToken="token"))
dynamodb.put_item(TableName="t", Item={"id": {"S": "there"}})
print(write(*actions, ClientRequestToken="token"), write(*actions, ClientRequestToken="token"), amount("counter"))
""") == "TransactionCanceledException\naccepted accepted 1"
