"""``gmctl completion``: the script that lets a shell complete commands, options and names."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from typer.completion import shell_complete


class Shell(StrEnum):
    """Shells that there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    context: typer.Context,
    shell: Annotated[Shell, typer.Argument(help="The shell that is to complete.")],
) -> None:
    """Print the script with which a shell completes commands, options and names of what there is.

    Repositories, branches, deployments and targets are asked of the API while you type; where it does not
    answer within a second nothing is completed. The script changes no file: redirect it to where your shell
    looks, or load it with eval.
    """
    root = context.find_root().command
    raise typer.Exit(shell_complete(root, {}, "gmctl", "_GMCTL_COMPLETE", f"source_{shell}"))
