"""Stands for the AWS CLI, which is not on every machine: the same words, understood by the same models of the services.

It knows what the lines of `cargo xtask up` and the documents use, and refuses operations and options that there are not.
All that it is configured by is the environment.
"""
import json
import sys

import boto3
import jmespath
from botocore import xform_name
from botocore.config import Config


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
CALLED = {"notification-endpoint": "endpoint", "max-items": "max-results", "task-output": "output"}

service, command, *words = sys.argv[1:]
options = given(words)
(query,), (output,) = options.pop("query", [None]), options.pop("output", ["json"])
(patience,) = options.pop("cli-read-timeout", ["60"])
client = boto3.client(service, config=Config(read_timeout=int(patience)))
operations = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
model = client.meta.service_model.operation_model(operations[command])
members = model.input_shape.members
names = {xform_name(name, "-"): name for name in members}
given_as_json = json.loads(written(*options.pop("cli-input-json", ["{}"])))
options = {names[CALLED.get(option, option)]: words for option, words in options.items()}
answer = getattr(client, xform_name(operations[command]))(
    **given_as_json,
    **{name: value(words, members[name]) for name, words in options.items()},
)
answer.pop("ResponseMetadata")
answer = jmespath.search(query, answer) if query else answer
# Of what has nothing to tell, nothing is printed.
if answer != {}:
    print(text(answer) if output == "text" else json.dumps(answer, indent=4, default=str))
