"""Stands for the AWS CLI, which is not on every machine: the same words, understood by the same models of the services.

It knows what the lines of `cargo xtask up` and those of docs/patterns.md use, and refuses operations and options that there are not. All that it is
configured by is the environment.
"""
import json
import sys

import boto3
import jmespath
from botocore import xform_name


def given(words: list[str]) -> dict[str, list[str]]:
    """The values of each option."""
    options: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            options[word.removeprefix("--")] = values = []
        else:
            values.append(word)
    return options


def written(word: str) -> str:
    """What a word stands for that may name a file."""
    if not word.startswith("file://"):
        return word
    with open(word.removeprefix("file://")) as file:
        return file.read()


def value(words: list[str], shape):
    """What an option's words are for the API. A structure in a list is written as Key=value,Key=value."""
    kind = shape.type_name
    if kind == "list" and shape.member.type_name == "structure":
        return [dict(field.split("=", 1) for field in word.split(",")) for word in words]
    if kind == "list":
        return words
    (word,) = words
    word = written(word)
    return int(word) if kind == "integer" else word


def text(answer) -> str:
    """As --output text prints it: a row for each list, tabs between its items."""
    if not isinstance(answer, list):
        return str(answer)
    if any(isinstance(item, list) for item in answer):
        return "\n".join(text(item) for item in answer)
    return "\t".join(str(item) for item in answer)


# Options that the CLI calls by another name than the API: it has one of that name for all commands, or pages by itself.
CALLED = {"notification-endpoint": "endpoint", "max-items": "max-results"}

service, command, *words = sys.argv[1:]
client = boto3.client(service)
operations = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
members = client.meta.service_model.operation_model(operations[command]).input_shape.members
names = {xform_name(name, "-"): name for name in members}
options = {CALLED.get(option, option): words for option, words in given(words).items()}
query, _ = options.pop("query", None), options.pop("output", None)
given_as_json = json.loads(written(*options.pop("cli-input-json", ["{}"])))
answer = getattr(client, xform_name(operations[command]))(
    **given_as_json,
    **{names[option]: value(words, members[names[option]]) for option, words in options.items()},
)
answer.pop("ResponseMetadata")
print(text(jmespath.search(query[0], answer) if query else answer))
