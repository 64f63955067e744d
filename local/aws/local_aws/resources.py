"""Resource types that moto's CloudFormation lacks: some are created through their API, any other one has a placeholder."""
import functools
import json
import os

import boto3
import botocore.session
from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel

from .seams import expect, replace

_session = botocore.session.get_session()


@functools.cache
def _client(service: str, region: str):
    return boto3.client(service, region_name=region, endpoint_url=f"http://127.0.0.1:{os.environ['MOTO_PORT']}")


class _Resource(CloudFormationModel):
    """A resource with an id (what Ref gives) and attributes (what Fn::GetAtt gives)."""

    cfn_type = ""
    attributes: tuple[str, ...] = ()

    def __init__(self, physical_resource_id: str, **attributes: str):
        self.physical_resource_id = physical_resource_id
        self._attributes = attributes

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.cfn_type

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""  # each class below reads its name itself

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in cls.attributes

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self._attributes[attribute_name]

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
        return cls.make(resource_name, cloudformation_json["Properties"], region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):  # fmt: skip
        return original_resource.change(cloudformation_json["Properties"], region_name)

    def delete(self, account_id: str, region_name: str) -> None:
        self.remove(region_name)


class Activity(_Resource):
    """AWS::StepFunctions::Activity."""
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-activity.html
    cfn_type, attributes = "AWS::StepFunctions::Activity", ("Arn", "Name")

    @classmethod
    def make(cls, name: str, properties: dict, region: str) -> "Activity":
        name = properties.get("Name", name)
        arn = _client("stepfunctions", region).create_activity(name=name)["activityArn"]
        return cls(arn, Arn=arn, Name=name)

    def change(self, properties: dict, region: str) -> "Activity":
        return self  # only its tags can change without a replacement

    def remove(self, region: str) -> None:
        _client("stepfunctions", region).delete_activity(activityArn=self.physical_resource_id)


class Alarm(_Resource):
    """AWS::CloudWatch::Alarm."""
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
    cfn_type, attributes = "AWS::CloudWatch::Alarm", ("Arn",)

    @classmethod
    def make(cls, name: str, properties: dict, region: str) -> "Alarm":
        name = properties.get("AlarmName", name)
        client = _client("cloudwatch", region)
        shape = client.meta.service_model.operation_model("PutMetricAlarm").input_shape
        client.put_metric_alarm(**_typed({**properties, "AlarmName": name}, shape))
        (made,) = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return cls(name, Arn=made["AlarmArn"])

    def change(self, properties: dict, region: str) -> "Alarm":
        return self.make(self.physical_resource_id, {**properties, "AlarmName": self.physical_resource_id}, region)

    def remove(self, region: str) -> None:
        _client("cloudwatch", region).delete_alarms(AlarmNames=[self.physical_resource_id])


class Secret(_Resource):
    """AWS::SecretsManager::Secret."""
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
    cfn_type, attributes = "AWS::SecretsManager::Secret", ("Id",)

    @classmethod
    def make(cls, name: str, properties: dict, region: str) -> "Secret":
        client = _client("secretsmanager", region)
        value = properties.get("SecretString") or _generated(client, properties.get("GenerateSecretString") or {})
        kept = {key: properties[key] for key in ("Description", "KmsKeyId", "Tags") if key in properties}
        arn = client.create_secret(Name=properties.get("Name", name), SecretString=value, **kept)["ARN"]
        return cls(arn, Id=arn)

    def change(self, properties: dict, region: str) -> "Secret":
        # AWS: a generated value is generated again only when how it is generated has changed; here it is kept.
        if "SecretString" in properties:
            _client("secretsmanager", region).put_secret_value(
                SecretId=self.physical_resource_id, SecretString=properties["SecretString"]
            )
        return self

    def remove(self, region: str) -> None:
        _client("secretsmanager", region).delete_secret(SecretId=self.physical_resource_id, ForceDeleteWithoutRecovery=True)


def _generated(client, how: dict) -> str:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html
    shape = client.meta.service_model.operation_model("GetRandomPassword").input_shape
    options = {key: value for key, value in how.items() if key in shape.members}
    password = client.get_random_password(**_typed(options, shape))["RandomPassword"]
    if "GenerateStringKey" not in how:
        return password
    return json.dumps({**json.loads(how["SecretStringTemplate"]), how["GenerateStringKey"]: password})


def _typed(value, shape):
    """CloudFormation takes "5" where a number is wanted, and "true" for a truth value; the APIs do not."""
    if shape.type_name == "structure":
        return {k: _typed(v, shape.members[k]) for k, v in value.items()}
    if shape.type_name == "list":
        return [_typed(v, shape.member) for v in value]
    if shape.type_name == "boolean":
        return str(value).lower() == "true"
    kinds = {"integer": int, "long": int, "double": float, "float": float, "string": str}
    return kinds[shape.type_name](value)


class Placeholder(_Resource):
    """A type nobody here runs. AWS: creates it. moto: nothing, and a reference to it broke the stack."""

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self.physical_resource_id

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        return cls(f"local-{kwargs['LogicalId']}")

    def change(self, properties: dict, region: str) -> "Placeholder":
        return self

    def remove(self, region: str) -> None:
        pass


_MADE = {kind.cfn_type: kind for kind in (Activity, Alarm, Secret)}


def _class_of(original):
    return lambda resource_type: _MADE.get(resource_type) or original(resource_type) or Placeholder


def _without_no_value(original):
    # AWS: an item of a list that is AWS::NoValue is not there. moto: left a null in its place.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
    def clean_json(resource_json, resources_map):
        cleaned = original(resource_json, resources_map)
        return [item for item in cleaned if item is not None] if isinstance(resource_json, list) else cleaned

    return clean_json


def install() -> None:
    """Puts the corrections into moto."""
    already = set(_MADE) & set(parsing.get_model_map())
    assert not already, f"moto makes {already} itself now: remove them here"
    replace(parsing, "resource_class_from_type", _class_of, takes=("resource_type",))
    replace(parsing, "clean_json", _without_no_value, takes=("resource_json", "resources_map"))
    expect(CloudFormationModel, "update_from_cloudformation_json",
           ("original_resource", "new_resource_name", "cloudformation_json", "account_id", "region_name"))  # fmt: skip
