"""The one place where ``--output`` is obeyed: tables for people, JSON or YAML for scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console

from gitmoxi_gmctl.printing import Output, make_console, print_json, shows_all
from gitmoxi_gmctl.replies import Reply


def present(output: Output, found: Reply | Mapping[str, Any], show: Callable[[Console], None]) -> None:
    """Put a result on standard output: by ``show`` for people, whole for scripts."""
    console = make_console()
    match output:
        case Output.TABLE:
            show(console)
        case Output.JSON:
            print_json(console, found)
        case Output.YAML:
            _print_yaml(console, found)


def present_to_scripts(output: Output, found: Reply) -> None:
    """Put a result on standard output, unless people saw it come to be."""
    present(output, found, lambda _: None)


def beside(output: Output) -> Console:
    """Where progress, warnings and hints go: beside the result, if a script reads that."""
    return make_console(stderr=output.for_scripts)


def _print_yaml(console: Console, found: Reply | Mapping[str, Any]) -> None:
    import yaml  # noqa: PLC0415 - slow, and of use here only

    told = found.model_dump(mode="json") if isinstance(found, Reply) else dict(found)
    text = yaml.safe_dump(told, sort_keys=False, allow_unicode=shows_all(console))
    console.out(text.rstrip("\n"), highlight=False)
