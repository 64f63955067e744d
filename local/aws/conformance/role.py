"""The role of the state machines: it may send to the queues of this run, and nothing else."""
import json

from aws import Aws


def create(aws: Aws) -> str:
    """The ARN of a new role, which Step Functions may need some seconds to know."""
    name = f"{aws.prefix}-states"
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "states.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": aws.place.account},
            "ArnLike": {"aws:SourceArn": aws.place.arn("states", f"stateMachine:{aws.prefix}-*")},
        },
    }
    send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": aws.place.arn("sqs", f"{aws.prefix}-*")}
    of_role = {"RoleName": name, "PolicyName": "send-tasks"}
    aws.later_delete(f"role {name}", lambda: aws.iam.delete_role(RoleName=name), gone="NoSuchEntity", busy="DeleteConflict")
    role = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))["Role"]
    aws.later_delete(f"policy of role {name}", lambda: aws.iam.delete_role_policy(**of_role), gone="NoSuchEntity")
    aws.iam.put_role_policy(**of_role, PolicyDocument=_policy(send))
    return role["Arn"]


def _policy(statement: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
