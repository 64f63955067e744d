"""Updating a stack: what has changed is changed, what is gone goes last, and a failure leaves everything as it was."""
import copy
import json

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack
from moto.cloudformation.parsing import ResourceMap
from moto.iam.models import Role, iam_backends
from moto.sqs.models import Queue

from .seams import expect, replace


def _stack(original):
    # AWS: puts everything back when the update of one resource fails, and says why. moto: stops where it is, and answers in
    # the words of that resource's service, which a client of CloudFormation can't read.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
    def update(self, template, role_arn=None, parameters=None, tags=None):
        before, given = self.template, self.parameters
        try:
            original(self, template, role_arn, parameters, tags)
        except Exception as error:
            original(self, before, role_arn, given)
            self.status = "UPDATE_ROLLBACK_COMPLETE"
            reason = getattr(error, "message", None) or error
            raise ValidationError(message=f"{self.name} is as it was before: {type(error).__name__}: {reason}") from None

    return update


def _resources(original):
    # AWS: deletes what is gone from the template when all else is done. moto: first, and when it came back later, took it
    # for still there.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html
    def update(self, template, parameters=None):
        template = {**template, "Resources": _holding(self, template, parameters)}
        self._resource_json_map = {name: made for name, made in self._resource_json_map.items() if name in self._parsed_resources}
        gone = {name: made for name, made in self._resource_json_map.items() if name not in template["Resources"]}
        original(self, {**template, "Resources": {**gone, **template["Resources"]}}, parameters)
        original(self, template, parameters)
        for name in gone:
            self._parsed_resources.pop(name, None)

    return update


def _holding(resources: ResourceMap, template: dict, parameters: dict | None) -> dict:
    # AWS: what has a condition that does not hold is not there, or goes. moto: kept it, or tried to change what was never made.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html
    then = copy.copy(resources)
    then._template, then.input_parameters = template, parameters or resources.input_parameters
    then.resolved_parameters, then._parsed_resources = {}, dict(resources._parsed_resources)
    then.load_parameters()
    then.load_conditions()
    return {
        name: made for name, made in template["Resources"].items()
        if "Condition" not in made or then.lazy_condition_map[made["Condition"]]
    }  # fmt: skip


def _resource(original):
    # moto: forgets a resource of a type that it can create but not change.
    def parse_and_update_resource(logical_id, resource_json, resources_map, account_id, region_name):
        changed = original(logical_id, resource_json, resources_map, account_id, region_name)
        return resources_map[logical_id] if changed is None else changed

    return parse_and_update_resource


def _queue(original):
    # AWS: every attribute can be changed. moto: changed two of them.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
    def update(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        queue = original(original_resource, new_resource_name, cloudformation_json, account_id, region_name)
        attributes = {"RedrivePolicy": {}, **cloudformation_json["Properties"]}  # {}: gives nothing up
        for unchangeable in ("FifoQueue", "QueueName", "Tags"):
            attributes.pop(unchangeable, None)
        queue._set_attributes(attributes)
        return queue

    return classmethod(update)


def _role(original):
    # AWS: the policies of a role are those of the template. moto: those it was created with.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
    def update(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        role = original(original_resource, new_resource_name, cloudformation_json, account_id, region_name)
        properties = cloudformation_json["Properties"]
        trust = properties["AssumeRolePolicyDocument"]
        role.assume_role_policy_document = trust if isinstance(trust, str) else json.dumps(trust)
        policies = {policy["PolicyName"]: policy["PolicyDocument"] for policy in properties.get("Policies", [])}
        apart = iam_backends[account_id][role.partition].inline_policies.values()  # AWS::IAM::Policy
        kept = {policy.policy_name for policy in apart if role.name in (policy.role_names or [])}
        for name in set(role.policies) - set(policies) - kept:
            role.delete_policy(name)
        for name, document in policies.items():
            role.put_policy(name, document)
        return role

    return classmethod(update)


def install() -> None:
    """Puts the corrections into moto."""
    replace(Stack, "update", _stack, takes=("template", "role_arn", "parameters", "tags"))
    replace(ResourceMap, "update", _resources, takes=("template", "parameters"))
    expect(ResourceMap, "load_parameters", ())
    expect(ResourceMap, "load_conditions", ())
    takes = ("logical_id", "resource_json", "resources_map", "account_id", "region_name")
    replace(parsing, "parse_and_update_resource", _resource, takes=takes)
    takes = ("original_resource", "new_resource_name", "cloudformation_json", "account_id", "region_name")
    replace(Queue, "update_from_cloudformation_json", _queue, takes=takes)
    replace(Role, "update_from_cloudformation_json", _role, takes=takes)
    expect(Queue, "_set_attributes", ("attributes", "now"))
    expect(Role, "delete_policy", ("policy_name",))
