"""python -m local_aws.deployer --endpoint URL

Deploys one stack after another, as `local_aws.deploy` does, without the imports and clients of a new process for each. It reads
requests from standard input, each a line of JSON, and answers each with a line of JSON, until standard input ends.
"""
import argparse
import json
import sys
import traceback
from pathlib import Path

from .deploy import OF_THE_TEMPLATE, deploy, reasons


def answer(endpoint: str, template: str, stack: str, parameters: dict[str, str], api_endpoint: str | None = None) -> dict:
    """The description of the stack, or the lines that say why there is none."""
    try:
        return {"description": deploy(Path(template), endpoint, stack, parameters, api_endpoint=api_endpoint)}
    except OF_THE_TEMPLATE as error:
        return {"reasons": reasons(error)}
    except Exception:
        return {"reasons": traceback.format_exc().splitlines()}


def main(argv: list[str] | None = None) -> int:
    """Answers requests."""
    parser = argparse.ArgumentParser(prog="local_aws.deployer", description=__doc__.splitlines()[2])
    parser.add_argument("--endpoint", required=True)
    args = parser.parse_args(argv)
    for line in sys.stdin:
        print(json.dumps(answer(args.endpoint, **json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
