"""python -m local_aws.translate TEMPLATE [--parameter K=V ...] [--region R]

Prints, as JSON, the CloudFormation that SAM makes of a template. No server is needed and nothing is uploaded: packaged code and
definitions are at s3:// placeholders.
"""
import argparse
import json
import sys
from pathlib import Path

from . import sam
from .deploy import REGION, add_parameters, parameters_of


def translate(path: Path, parameters: dict[str, str], region: str = REGION) -> dict:
    """The CloudFormation template that `path` becomes."""
    template = sam.load(path)
    sam.package(template, path.parent, lambda key, _data: f"s3://{sam.BUCKET}/{key}")
    return sam.translate(template, parameters, region)


def main(argv: list[str] | None = None) -> int:
    """Translates and prints."""
    parser = argparse.ArgumentParser(prog="local_aws.translate", description=__doc__.splitlines()[2])
    parser.add_argument("template", type=Path)
    add_parameters(parser)
    args = parser.parse_args(argv)
    print(json.dumps(translate(args.template, parameters_of(args), args.region), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
