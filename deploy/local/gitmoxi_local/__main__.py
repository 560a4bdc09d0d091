"""``python -m gitmoxi_local``: run a local cloud until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from gitmoxi_local.faults import FaultsError
from gitmoxi_local.journal import DEFAULT_DETAIL
from gitmoxi_local.ministack_seams import SeamError
from gitmoxi_local.server import LocalCloud, PortTakenError
from gitmoxi_local.settings import DEFAULT_ACCOUNT, DEFAULT_PORT, DEFAULT_REGION, CloudSettings
from gitmoxi_local.stacks import StackError

_DEFAULT_TEMPLATE = Path("deploy/cloudformation/gitmoxi.yaml")
_PACKAGED_TEMPLATE = Path(__file__).with_name("cloudformation") / _DEFAULT_TEMPLATE.name
_BESIDE = "notifier.yaml"
"""The stack of the notifier, which needs the names that the control plane's gives out."""

EXIT_FAILED = 1
EXIT_PORT_TAKEN = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the local cloud; 0 after a clean stop, 1 if it could not be set up, 2 if its port is taken."""
    settings = _settings(_parser().parse_args(arguments))
    try:
        asyncio.run(_run(settings))
    except PortTakenError as error:
        return _fail(str(error), EXIT_PORT_TAKEN)
    except (FaultsError, SeamError, StackError) as error:
        return _fail(str(error), EXIT_FAILED)
    return 0


async def _run(settings: CloudSettings) -> None:
    await LocalCloud(settings).run()


def _fail(text: str, code: int) -> int:
    print(f"gitmoxi_local: {text}", file=sys.stderr)  # noqa: T201  # the person at the terminal reads it
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gitmoxi_local",
        description="AWS's protocols on a loopback port, with a journal and faults.",
    )
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="default %(default)s; 0 takes a free one"
    )
    parser.add_argument(
        "--state-dir",
        type=Path,
        default=Path(".gitmoxi/cloud"),
        help="where state is kept (default %(default)s)",
    )
    parser.add_argument(
        "--template",
        type=Path,
        action="append",
        help=f"CloudFormation template to install, repeatable (default {_DEFAULT_TEMPLATE} if it exists)",
    )
    parser.add_argument("--no-template", action="store_true", help="install nothing")
    parser.add_argument(
        "--parameter", type=_pair, action="append", default=[], metavar="KEY=VALUE", help="template parameter"
    )
    parser.add_argument("--faults", type=Path, help="JSON file of faults in force from the start")
    parser.add_argument("--region", default=DEFAULT_REGION, help="default %(default)s")
    parser.add_argument("--account", default=DEFAULT_ACCOUNT, help="12 digits, default %(default)s")
    parser.add_argument(
        "--journal-detail",
        default=",".join(sorted(DEFAULT_DETAIL)),
        help='services journaled call by call, or "all" (default %(default)s)',
    )
    parser.add_argument("--verbose", action="store_true", help="log everything")
    return parser


def _settings(options: argparse.Namespace) -> CloudSettings:
    templates: list[Path] = options.template or _usual_templates()
    return CloudSettings(
        port=options.port,
        state_dir=options.state_dir.absolute(),
        templates=() if options.no_template else tuple(templates),
        parameters=dict(options.parameter),
        faults_file=options.faults,
        region=options.region,
        account=options.account,
        journal_detail=frozenset(options.journal_detail.split(",")),
        verbose=options.verbose,
    )


def _usual_templates() -> list[Path]:
    """The control plane of the folder we are in, or the packaged one; and the notifier's beside it."""
    found = [path for path in (_DEFAULT_TEMPLATE, _PACKAGED_TEMPLATE) if path.exists()][:1]
    return [*found, *(path.with_name(_BESIDE) for path in found if path.with_name(_BESIDE).exists())]


def _pair(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise argparse.ArgumentTypeError(f"expected KEY=VALUE, not {text!r}")
    return key, value


if __name__ == "__main__":
    sys.exit(main())
