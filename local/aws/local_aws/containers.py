"""Containers of Amazon ECS and AWS Batch: what CloudFormation may leave out of them. None is run here."""
from types import SimpleNamespace

from moto.batch.models import ComputeEnvironment
from moto.ecs.models import EC2ContainerServiceBackend
from moto.iam.models import IAMBackend, iam_backends
from moto.utilities.utils import get_partition

from .seams import expect, replace

_BATCH = "batch.amazonaws.com"


def _memory(original):
    # AWS: on Fargate the task has memory, and a container of it need not say how much of that. moto: added up None.
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
    def calculate(task_definition):
        told = [{"memoryReservation": 0, **container} for container in task_definition.container_definitions]
        return original(SimpleNamespace(container_definitions=told))

    return staticmethod(calculate)


def _service_linked(original):
    # AWS: a compute environment without a role has the one that Batch makes itself, once for the account. moto: wanted one.
    # https://docs.aws.amazon.com/batch/latest/userguide/using-service-linked-roles.html
    def create(cls, resource_name, cloudformation_json, account_id, region_name, **more):
        properties = cloudformation_json["Properties"]
        role = properties.get("ServiceRole") or _role_of_batch(iam_backends[account_id][get_partition(region_name)])
        with_role = {**cloudformation_json, "Properties": {**properties, "ServiceRole": role}}
        return original(resource_name, with_role, account_id, region_name, **more)

    return classmethod(create)


def _role_of_batch(iam: IAMBackend) -> str:
    made = [role for role in iam.roles.values() if role.path == f"/aws-service-role/{_BATCH}/"]
    return (made or [iam.create_service_linked_role(_BATCH, "", "")])[0].arn


def install() -> None:
    """Puts the corrections into moto."""
    replace(EC2ContainerServiceBackend, "_calculate_task_resource_requirements", _memory, takes=("task_definition",))
    takes = ("resource_name", "cloudformation_json", "account_id", "region_name", "kwargs")
    replace(ComputeEnvironment, "create_from_cloudformation_json", _service_linked, takes=takes)
    expect(IAMBackend, "create_service_linked_role", ("service_name", "description", "suffix"))
