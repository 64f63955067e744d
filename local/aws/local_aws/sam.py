"""SAM templates: packaged, translated to CloudFormation, and cut down to what the local AWS can create."""
import copy
import hashlib
import io
import logging
import zipfile
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import intrinsics_multi_constructor, yaml_parse

BUCKET = "local-aws-deploy"
_URLS = {"ApiEndpoint": "https://{}", "FunctionUrl": "https://{}/"}
_TRANSFORM = "AWS::Serverless-2016-10-31"
# What moto cannot create, or would run itself, wrongly; deploy.py describes it for something outside or makes it itself.
LEFT_OUT = ("AWS::Lambda::EventSourceMapping", "AWS::Lambda::Url", "AWS::Lambda::Permission", "AWS::Lambda::EventInvokeConfig",
            "AWS::ApiGatewayV2::", "AWS::Scheduler::", "AWS::SNS::Subscription")  # fmt: skip

# What moto cannot create either, and nobody misses here, where policies of resources are not evaluated.
WITHOUT_EFFECT = ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Reads YAML with the short forms of intrinsic functions, by libyaml if PyYAML has it, which is far faster."""


_Loader.add_multi_constructor("!", intrinsics_multi_constructor)
# It complains of metrics that nobody wants, each time that a translation is forgotten.
logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)


class _ManagedPolicies(dict):
    """Any managed policy by its name; the ARN only has to look like one here."""

    def __contains__(self, name):
        return isinstance(name, str) and name.isidentifier()

    def get(self, name, default=None):
        if name not in self:
            return default
        folder = "service-role/" if name.startswith("AWSLambda") and name != "AWSLambda_FullAccess" else ""
        return f"arn:aws:iam::aws:policy/{folder}{name}"

    __getitem__ = get


def load(path: Path) -> dict:
    """The template in a file."""
    text = path.read_text()
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError:
        return yaml_parse(text)  # which shows the line that is wrong; libyaml does not


def _zip(source: Path) -> bytes:
    if source.suffix == ".zip" and source.is_file():
        return source.read_bytes()
    # Only the name matters: the host outside runs the function from its own build.
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("bootstrap", f"stands for {source.name}\n")
    return out.getvalue()


def package(template: dict, folder: Path, upload) -> dict[str, str]:
    """Replace local paths by S3 locations, as `sam package` does; upload(key, data) stores one. Returns the code paths."""
    code = {}
    common = (template.get("Globals") or {}).get("Function") or {}
    for name, resource in (template.get("Resources") or {}).items():
        properties = resource.setdefault("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function" and "InlineCode" not in properties:
            uri = properties.get("CodeUri", common.get("CodeUri", "."))
            if isinstance(uri, str) and not uri.startswith("s3://"):
                code[name] = str((folder / uri).resolve())
                properties["CodeUri"] = upload(_key(f"{name}.zip", data := _zip(folder / uri)), data)
        if resource["Type"] == "AWS::Serverless::StateMachine":
            uri = properties.get("DefinitionUri")
            if isinstance(uri, str) and not uri.startswith("s3://"):
                data = (folder / uri).read_bytes()
                properties["DefinitionUri"] = upload(_key(Path(uri).name, data), data)
    return code


def _key(name: str, data: bytes) -> str:
    return f"{hashlib.sha256(data).hexdigest()[:16]}/{name}"


def translate(template: dict, parameters: dict[str, str], region: str) -> dict:
    """CloudFormation for a SAM template; one that is CloudFormation already comes back as it was."""
    transforms = template.get("Transform") or []
    if _TRANSFORM not in ([transforms] if isinstance(transforms, str) else transforms):
        return template
    translator = Translator(_ManagedPolicies(), Parser(), boto_session=boto3.Session(region_name=region))
    return translator.translate(sam_template=template, parameter_values=parameters)


def is_left_out(resource: dict) -> bool:
    """Whether CloudFormation here gets to see the resource."""
    return resource["Type"].startswith(LEFT_OUT)


def split(template: dict, api_endpoint: str | None = None) -> tuple[dict, dict]:
    """(what to create, what was left out); references to what was left out become placeholders, or the URL of its APIs."""
    urls = {**_URLS, **({"ApiEndpoint": api_endpoint} if api_endpoint else {})}
    template = copy.deepcopy(template)
    resources = template["Resources"]
    out = {name: resources.pop(name) for name in list(resources) if is_left_out(resources[name])}
    for resource in resources.values():
        after = resource.get("DependsOn")
        if after is not None:
            kept = [n for n in ([after] if isinstance(after, str) else after) if n not in out]
            resource.pop("DependsOn")
            if kept:
                resource["DependsOn"] = kept
    for part in ("Resources", "Outputs"):
        if part in template:
            template[part] = _without(template[part], set(out), urls)
    out = _without(out, set(out), urls)
    return template, out


def placeholder(name: str) -> str:
    """What a reference to something left out becomes."""
    return f"local-{name}"


def _without(value: Any, gone: set[str], urls: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_without(v, gone, urls) for v in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (kind, target), = value.items()
        if kind == "Ref" and target in gone:
            return placeholder(target)
        if kind == "Fn::GetAtt":
            name, attribute = target.split(".", 1) if isinstance(target, str) else target
            if name in gone:
                return urls.get(attribute, "{}").format(placeholder(name))
        if kind == "Fn::Sub":
            text, names = (target, {}) if isinstance(target, str) else (target[0], _without(target[1], gone, urls))
            for name in gone:
                text = text.replace("${%s}" % name, placeholder(name))
                while (at := text.find("${%s." % name)) >= 0:
                    end = text.index("}", at)
                    attribute = text[at + len(name) + 3 : end]
                    text = text[:at] + urls.get(attribute, "{}").format(placeholder(name)) + text[end + 1 :]
            return {kind: [text, names] if names else text}
    return {k: _without(v, gone, urls) for k, v in value.items()}
