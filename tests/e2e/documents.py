"""Runs the commands of a page as a person does who types them one after the other."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^(?P<indent> *)```sh\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)
_EXPECTED = re.compile(r"#.*\bexits with (\d+)")


def commands_of(page: str) -> list[str]:
    """The command lines of all ``sh`` blocks, in order; a line that goes on in the next is one with it."""
    return list(_commands((ROOT / page).read_text(encoding="utf-8")))


def _commands(text: str) -> Iterator[str]:
    for block in _BLOCK.finditer(text):
        lines = block["body"].replace("\\\n", " ").splitlines()
        for line in map(str.strip, lines):
            if line and not line.startswith("#"):
                yield line


def expected_code(command: str) -> int:
    """What the page says that the command exits with; 0 where it says nothing."""
    found = _EXPECTED.search(command)
    return int(found[1]) if found else 0


@contextmanager
def _keyboard(typed: str) -> Iterator[int]:
    """A terminal to read from, at which somebody has typed something already."""
    person, program = pty.openpty()
    try:
        os.write(person, typed.encode())
        yield program
    finally:
        os.close(person)
        os.close(program)


@dataclass
class Terminal:
    """One person's shell: the folder and the variables of a command are there for the next one.

    Who is asked whether to go on says yes.

    ``replaced`` are parts of commands that are others here, such as ports.
    """

    folder: Path
    environment: Mapping[str, str]
    replaced: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float = 120.0

    def __post_init__(self) -> None:
        self._session = self.folder / ".session"
        self._session.write_text(f"cd {shlex.quote(str(self.folder))}\n")

    def type(self, command: str) -> str:
        """Run a command; what it printed. One that exits with another code than its page says fails."""
        for part, other in self.replaced.items():
            command = command.replace(part, other)
        session = shlex.quote(str(self._session))
        script = (
            f"source {session}\n{command}\ncode=$?\n"
            f'{{ printf "cd %q\\n" "$PWD"; export -p; }} > {session}\nexit $code'
        )
        with _keyboard("y\n") as keyboard:
            done = subprocess.run(
                ["bash", "-c", script],
                env=dict(self.environment),
                stdin=keyboard,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=self.timeout_seconds,
                check=False,
            )
        assert done.returncode == expected_code(command), f"$ {command}\n{done.stdout}"
        return done.stdout
