"""``python -m gitmoxi_local.install``: the control plane in another emulator of AWS, such as LocalStack."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from gitmoxi_local.settings import DEFAULT_REGION
from gitmoxi_local.stacks import StackError, install


def main(arguments: Sequence[str] | None = None) -> int:
    """Install templates and write their outputs; 0 when that is done, 1 if a template was refused."""
    options = installer_parser().parse_args(arguments)
    try:
        outputs = install(
            endpoint=options.endpoint, region=options.region, templates=options.template, parameters={}
        )
    except StackError as error:
        sys.stderr.write(f"gitmoxi_local.install: {error}\n")
        return 1
    options.outputs.write_text(json.dumps(outputs, indent=2, sort_keys=True), encoding="utf-8")
    return 0


def installer_parser() -> argparse.ArgumentParser:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        prog="python -m gitmoxi_local.install",
        description="Installs CloudFormation templates at an emulator, not at AWS: the key is made up.",
    )
    parser.add_argument("--endpoint", required=True, help="where it speaks AWS's protocols")
    parser.add_argument("--region", default=DEFAULT_REGION, help="default %(default)s")
    parser.add_argument("--template", type=Path, action="append", required=True, help="repeatable, in order")
    parser.add_argument("--outputs", type=Path, required=True, help="the file to write the outputs to")
    return parser


if __name__ == "__main__":
    sys.exit(main())
