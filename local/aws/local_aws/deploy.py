"""python -m local_aws.deploy TEMPLATE --endpoint URL [--stack NAME] [--api-endpoint URL] [--parameter K=V ...] [--output FILE]

Creates or updates a stack from a SAM or CloudFormation template and prints, as JSON, what something outside has to run.
"""
import argparse
import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from samtranslator.model.exceptions import InvalidDocumentException
from yaml import YAMLError

from . import describe, sam
from .routes import routes

REGION = "us-east-1"
# What goes wrong because of the template.
OF_THE_TEMPLATE = (ClientError, InvalidDocumentException, OSError, YAMLError)


@functools.cache
def _client(name: str, endpoint: str, region: str):
    return boto3.client(
        name, endpoint_url=endpoint, region_name=region, aws_access_key_id="test", aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, read_timeout=300),
    )  # fmt: skip


def _uploader(s3):
    try:
        s3.create_bucket(Bucket=sam.BUCKET)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise

    def upload(key: str, data: bytes) -> str:
        s3.put_object(Bucket=sam.BUCKET, Key=key, Body=data)
        return f"s3://{sam.BUCKET}/{key}"

    return upload


def _apply(cloudformation, stack: str, template: dict, parameters: dict[str, str]) -> dict:
    request = {
        "StackName": stack, "TemplateBody": json.dumps(template),
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
    }  # fmt: skip
    try:
        cloudformation.describe_stacks(StackName=stack)
        cloudformation.update_stack(**request)
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        cloudformation.create_stack(**request)
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    if found["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise RuntimeError(f"{stack}: {found['StackStatus']} {found.get('StackStatusReason', '')}")
    return {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])}


def _defaults(template: dict) -> dict[str, str]:
    # AWS: a default is read as a given value is. moto: splits the lists and parses the numbers that are given, not defaults.
    return {k: str(p["Default"]) for k, p in (template.get("Parameters") or {}).items() if "Default" in p}


def _subscribe(sns, resources: dict) -> None:
    # moto's CloudFormation has no AWS::SNS::Subscription; its SNS has, and an equal one is not made twice.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html
    for resource in resources.values():
        if resource["Type"] == "AWS::SNS::Subscription":
            p = resource["Properties"]
            attributes = {k: v for k, v in p.items() if k not in ("TopicArn", "Protocol", "Endpoint", "Region")}
            written = {k: json.dumps(v) if isinstance(v, (dict, bool)) else str(v) for k, v in attributes.items()}
            sns.subscribe(TopicArn=p["TopicArn"], Protocol=p["Protocol"], Endpoint=p["Endpoint"], Attributes=written)


def _text(value) -> str:
    # AWS: the value of an environment variable is a text. moto: keeps the type of the parameter it came from.
    return str(value).lower() if isinstance(value, bool) else str(value)


def _session(sts, role: str, function: str) -> dict:
    # AWS: a function runs with credentials of its role, in a session that has the function's name.
    # https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    given = sts.assume_role(RoleArn=role, RoleSessionName=function)["Credentials"]
    return {"access_key_id": given["AccessKeyId"], "secret_access_key": given["SecretAccessKey"], "session_token": given["SessionToken"]}


def _functions(aws: Callable, physical: dict[str, str], template: dict, code: dict[str, str], resources: dict) -> list:
    client, sources, out = aws("lambda"), describe.event_sources(resources), []
    for logical, resource in template["Resources"].items():
        if resource["Type"] != "AWS::Lambda::Function" or logical not in physical:
            continue
        c = client.get_function_configuration(FunctionName=physical[logical])
        out.append({
            "id": logical, "name": c["FunctionName"], "arn": c["FunctionArn"], "role": c["Role"],
            "runtime": c.get("Runtime"), "handler": c.get("Handler"), "timeout": c["Timeout"], "memory": c["MemorySize"],
            "environment": {k: _text(v) for k, v in ((c.get("Environment") or {}).get("Variables") or {}).items()}, "code": code.get(logical),
            "logging": describe.logging(resources, logical),
            "reserved_concurrency": resource["Properties"].get("ReservedConcurrentExecutions"),
            "event_sources": [s for s in sources if s["function"] == c["FunctionName"]],
            "credentials": _session(aws("sts"), c["Role"], c["FunctionName"]),
        })  # fmt: skip
    return out


def deploy(
    path: Path, endpoint: str, stack: str, parameters: dict[str, str], region: str = REGION, api_endpoint: str | None = None
) -> dict:  # fmt: skip
    """Creates or updates a stack; returns what something outside has to run."""
    aws = functools.partial(_client, endpoint=endpoint, region=region)
    source = sam.load(path)
    code = sam.package(source, path.parent, _uploader(aws("s3")))
    template, left_out = sam.split(sam.translate(source, parameters, region), api_endpoint)
    wanted = describe.Wanted(left_out, template["Resources"], template.get("Parameters"))
    template["Outputs"] = {**(template.get("Outputs") or {}), **wanted.outputs()}
    # a condition or parameter used only by what was left out may stay; CloudFormation takes unused ones
    outputs = _apply(aws("cloudformation"), stack, template, {**_defaults(template), **parameters})
    rows = aws("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    physical = {r["LogicalResourceId"]: r.get("PhysicalResourceId") for r in rows if "LogicalResourceId" in r}
    resources = wanted.resolved(outputs)
    _subscribe(aws("sns"), resources)
    missing = sorted(
        n for n, made in physical.items()
        if made == sam.placeholder(n) and template["Resources"][n]["Type"] not in sam.WITHOUT_EFFECT
    )  # fmt: skip
    return {
        "stack": stack, "endpoint": endpoint, "region": region,
        "functions": _functions(aws, physical, template, code, resources),
        "routes": routes(resources), "function_urls": describe.function_urls(resources),
        "schedules": describe.schedules(resources, region),
        "outputs": {k: v for k, v in outputs.items() if k not in wanted.outputs()},
        "resources": physical, "left_out": sorted(left_out), "not_created": missing,
    }  # fmt: skip


def reasons(error: Exception) -> list[str]:
    """What is wrong with a template, by lines; whoever wrote it does not want to know where we were when we saw that."""
    causes = [cause.message for cause in getattr(error, "causes", [])] or [str(error)]
    return [line for cause in causes for line in cause.splitlines()]


def add_parameters(parser: argparse.ArgumentParser) -> None:
    """The options that say what a template is translated with."""
    parser.add_argument("--region", default=REGION)
    parser.add_argument("--parameter", metavar="K=V", action="append", default=[], help="a parameter of the template")


def parameters_of(args: argparse.Namespace) -> dict[str, str]:
    """What --parameter was given, by name."""
    return dict(p.split("=", 1) for p in args.parameter)


def main(argv: list[str] | None = None) -> int:
    """Deploys and prints the description."""
    parser = argparse.ArgumentParser(prog="local_aws.deploy", description=__doc__.splitlines()[2])
    parser.add_argument("template", type=Path)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--stack", default="local")
    parser.add_argument("--api-endpoint", metavar="URL", help="where its HTTP APIs are served, without a slash at the end")
    add_parameters(parser)
    parser.add_argument("--output", type=Path, help="also write the description to this file")
    args = parser.parse_args(argv)
    try:
        described = deploy(args.template, args.endpoint, args.stack, parameters_of(args), args.region, args.api_endpoint)
    except OF_THE_TEMPLATE as error:
        print("\n".join(reasons(error)), file=sys.stderr)
        return 1
    text = json.dumps(described, indent=2)
    if args.output:
        args.output.write_text(text + "\n")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
