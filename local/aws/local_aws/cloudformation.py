"""What a stack makes of its resources: state machines that execute, attributes, names and policies as AWS has them."""
import json

import yaml
from moto.cloudformation.models import Stack
from moto.events.models import EventBus
from moto.iam.models import Role
from moto.s3.models import s3_backends
from moto.sns.models import Topic
from moto.sqs.models import Queue
from moto.stepfunctions import models
from moto.stepfunctions.utils import cfn_to_api_tags
from moto.utilities.utils import get_partition

from .seams import expect, replace


def _parse(original):
    # AWS: a template is JSON or YAML. moto: reads JSON as YAML, which takes far
    # longer, and does not know that two escapes are one character (a pair of surrogates).
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
    def parse_template(template):
        try:
            return json.loads(template)
        except ValueError:
            return original(template)

    return staticmethod(parse_template)


def _definition(properties: dict, account_id: str, region_name: str) -> str | None:
    # AWS: the definition is text, an object, or a JSON or YAML file in S3; ${Name} in it is replaced as
    # DefinitionSubstitutions says. moto: read only the text, and replaced nothing.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
    text = properties.get("DefinitionString")
    if "Definition" in properties:
        text = json.dumps(properties["Definition"])
    elif "DefinitionS3Location" in properties:
        at = properties["DefinitionS3Location"]
        partition = get_partition(region_name)
        key = s3_backends[account_id][partition].get_object(at["Bucket"], at["Key"], version_id=at.get("Version"))
        if key is None:
            raise ValueError(f"No object s3://{at['Bucket']}/{at['Key']} for DefinitionS3Location")
        text = key.value.decode()
    if text is None:
        return None
    for name, value in (properties.get("DefinitionSubstitutions") or {}).items():
        written = str(value).lower() if isinstance(value, bool) else str(value)
        text = text.replace("${%s}" % name, written)
    try:
        json.loads(text)
        return text
    except ValueError:
        loaded = yaml.safe_load(text)
        return json.dumps(loaded) if isinstance(loaded, dict) else text


def _create(_original):
    def create(cls, resource_name, cloudformation_json, account_id, region_name, **_):
        properties = cloudformation_json["Properties"]
        return models.stepfunctions_backends[account_id][region_name].create_state_machine(
            properties.get("StateMachineName", resource_name),
            _definition(properties, account_id, region_name) or "",
            properties.get("RoleArn", ""),
            tags=cfn_to_api_tags(properties.get("Tags", [])),
            sm_type=properties.get("StateMachineType"),
        )

    return classmethod(create)


def _update(original):
    def update(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        properties = dict(cloudformation_json.get("Properties", {}))
        properties["DefinitionString"] = _definition(properties, account_id, region_name)
        properties.pop("Definition", None), properties.pop("DefinitionS3Location", None)
        properties.pop("DefinitionSubstitutions", None)
        return original(original_resource, new_resource_name, {**cloudformation_json, "Properties": properties}, account_id, region_name)

    return classmethod(update)


# What Fn::GetAtt gives on AWS and moto does not know.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
_ATTRIBUTES = {
    models.StateMachine: {"Arn": lambda machine: machine.arn},
    Queue: {"QueueUrl": lambda queue: queue.physical_resource_id},
    Topic: {"TopicArn": lambda topic: topic.arn},
}


def _has(known: dict):
    return lambda original: classmethod(lambda cls, attr: attr in known or original(attr))


def _get(known: dict):
    def of(original):
        return lambda self, attribute_name: known[attribute_name](self) if attribute_name in known else original(self, attribute_name)

    return of


def _fifo_name(original):
    # AWS: the name it makes up for a FIFO queue ends in ".fifo". moto: refused the name it had made up.
    def create(cls, resource_name, cloudformation_json, account_id, region_name, **more):
        properties = cloudformation_json["Properties"]
        if str(properties.get("FifoQueue")).lower() == "true" and "QueueName" not in properties:
            resource_name = f"{resource_name[:75]}.fifo"
        return original(resource_name, cloudformation_json, account_id, region_name, **more)

    return classmethod(create)


def _policy_as_text(original):
    # AWS: GetRolePolicy gives the inline policy back as JSON. moto: as Python writes a dictionary.
    def put_policy(self, policy_name, policy_json):
        original(self, policy_name, policy_json if isinstance(policy_json, str) else json.dumps(policy_json))

    return put_policy


def install() -> None:
    """Puts the corrections into moto."""
    replace(Stack, "parse_template", _parse, takes=("template",))
    takes = ("resource_name", "cloudformation_json", "account_id", "region_name", "kwargs")
    replace(models.StateMachine, "create_from_cloudformation_json", _create, takes=takes)
    replace(Role, "put_policy", _policy_as_text, takes=("policy_name", "policy_json"))
    replace(Queue, "create_from_cloudformation_json", _fifo_name, takes=takes)
    takes = ("original_resource", "new_resource_name", "cloudformation_json", "account_id", "region_name")
    replace(models.StateMachine, "update_from_cloudformation_json", _update, takes=takes)
    for kind, known in _ATTRIBUTES.items():
        replace(kind, "has_cfn_attr", _has(known), takes=("attr",))
        replace(kind, "get_cfn_attribute", _get(known), takes=("attribute_name",))
    # AWS: Ref gives the name of an event bus. moto: has nothing to give.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html
    assert not hasattr(EventBus, "physical_resource_id"), "moto knows the name of an event bus now: remove this"
    EventBus.physical_resource_id = property(lambda bus: bus.name)
    expect(models, "stepfunctions_backends")
