"""Starts a program that is asked to stop when the runner dies, even if the runner is killed.

A program of its own, by its file: ``python -I -S leash.py RUNNER_PID PROGRAM ARGUMENT…``. It becomes the
program, so that process ids and signals are as if it were not there. Only Linux can hold processes so
(``PR_SET_PDEATHSIG``, prctl(2)); elsewhere the program is simply started.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Hold on to the runner, then become the program."""
    runner, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(runner):
            sys.exit(f"{command[0]} is not started: the runner {runner} has died")
    os.execvp(command[0], command)  # noqa: S606 - the whole purpose; no shell, arguments as a list


if __name__ == "__main__":
    main(sys.argv[1:])
