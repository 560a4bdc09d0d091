"""What a push has to come to, told by git's own comparison and the rules for deployment files.

Nothing of Gitmoxi is used here: this is a second opinion.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import jinja2

from tests.corpus.history import Git

KINDS = (
    *("svcdef", "taskdef", "input", "depdef"),
    *("lambdadef", "lambdaeventsourcedef", "lambdainput", "lambdadepdef"),
)
FILE = re.compile(rf"(?P<prefix>.*[^/])_(?P<kind>{'|'.join(KINDS)})\.json")
DEFINITIONS, SETTINGS = {"svcdef", "lambdadef"}, {"depdef", "lambdadepdef"}
TEMPLATES = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)


@dataclass(frozen=True, slots=True)
class Expected:
    """What differs between two commits: the objects' changes, and those whose settings alone changed."""

    changes: Mapping[str, str]
    settings_only: frozenset[str]


class Oracle:
    """Reads a repository with the git command line; what it found once it remembers."""

    def __init__(self, git: Git, blobs: Blobs) -> None:
        self.git = git
        self.blobs = blobs
        self.expected = cache(self._expected)
        self.content = cache(self._content)
        self.paths = cache(self._paths)
        self.is_rewritten = cache(self._is_rewritten)

    def _expected(self, old: str | None, new: str) -> Expected:
        """The rules: what is deleted, added, modified; what refers to a changed file; what only sets."""
        differing = self.differing(old, new)
        kinds: defaultdict[str, set[str]] = defaultdict(set)
        for path in self.paths(new):
            if match := FILE.fullmatch(path):
                kinds[match["prefix"]].add(match["kind"])
        changes: dict[str, str] = {}
        settings: set[str] = set()
        for path, letter in differing.items():
            match = FILE.fullmatch(path)
            if match is None:
                continue
            prefix, kind = match["prefix"], match["kind"]
            if kind in DEFINITIONS and letter in "AD":
                changes[prefix] = {"A": "ADDED", "D": "DELETED"}[letter]
            elif kinds[prefix] & DEFINITIONS and kind in SETTINGS:
                settings.add(prefix)
            elif kinds[prefix] & DEFINITIONS:
                changes.setdefault(prefix, "MODIFIED")
        defined = [prefix for prefix, own in kinds.items() if "input" in own and own & DEFINITIONS]
        for prefix, paths in self._referring(new, defined).items():
            if paths & differing.keys():
                changes.setdefault(prefix, "MODIFIED")
        return Expected(changes, frozenset(settings - changes.keys()))

    def differing(self, old: str | None, new: str) -> dict[str, str]:
        """The letter (A, D, M) of each path that differs."""
        empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
        said = self.git("diff-tree", "-r", "-z", "--no-renames", "--name-status", old or empty, new)
        words = said.decode().split("\0")
        return dict(zip(words[1::2], words[0::2], strict=False))

    def _paths(self, sha: str) -> frozenset[str]:
        return frozenset(self.git("ls-tree", "-r", "-z", "--name-only", sha).decode().split("\0"))

    def _is_rewritten(self, old: str | None, new: str) -> bool:
        return old is not None and self.git("merge-base", old, new).decode().strip() != old

    def _content(self, sha: str, prefix: str) -> str | None:
        """What is to run for an object, in short; None where its files cannot be used."""
        files = self._files(sha, prefix)
        try:
            return in_short(self._documents(sha, prefix, files))
        except (ValueError, KeyError, jinja2.TemplateError):
            return None

    def _documents(self, sha: str, prefix: str, files: Mapping[str, bytes]) -> list[Any]:
        values: dict[str, Any] = {}
        if (path := f"{prefix}_input.json") in files:
            own = json.loads(files[path])
            reference = own.pop("ref")
            for outputs in self.read(sha, reference["file"]).values():
                values |= _named(json.loads(outputs), reference["type"])
            values |= own
        kinds = ("lambdadef",) if f"{prefix}_lambdadef.json" in files else ("svcdef", "taskdef")
        texts = [files[f"{prefix}_{kind}.json"].decode() for kind in kinds]
        return [json.loads(TEMPLATES.from_string(text).render(values)) for text in texts]

    def _referring(self, sha: str, prefixes: Iterable[str]) -> dict[str, set[str]]:
        """The files that the input files of these objects refer to."""
        inputs = self.read(sha, [f"{prefix}_input.json" for prefix in prefixes])
        return {
            path.removesuffix("_input.json"): set(json.loads(content)["ref"]["file"])
            for path, content in inputs.items()
        }

    def _files(self, sha: str, prefix: str) -> dict[str, bytes]:
        return self.read(sha, [f"{prefix}_{kind}.json" for kind in KINDS])

    def read(self, sha: str, paths: Iterable[str]) -> dict[str, bytes]:
        """The contents of those files that the commit has."""
        present = self.paths(sha)
        return {path: self.blobs.read(f"{sha}:{path}") for path in sorted(paths) if path in present}


@dataclass(slots=True)
class Blobs:
    """``git cat-file --batch``: one process that answers as often as it is asked."""

    process: subprocess.Popen[bytes]

    @classmethod
    @contextmanager
    def of(cls, git: Git) -> Iterator[Blobs]:
        command = ["git", "-C", str(git.folder), "cat-file", "--batch"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            yield cls(process)
            assert process.stdin is not None
            process.stdin.close()

    def read(self, name: str) -> bytes:
        asking, saying = self.process.stdin, self.process.stdout
        assert asking is not None
        assert saying is not None
        asking.write(f"{name}\n".encode())
        asking.flush()
        size = int(saying.readline().split()[2])
        return saying.read(size + 1)[:size]


def in_short(documents: Sequence[object]) -> str:
    """An image that tells documents apart."""
    return f"good:{hashlib.sha256(json.dumps(documents, sort_keys=True).encode()).hexdigest()[:16]}"


def _named(outputs: Mapping[str, Any], kind: str) -> dict[str, Any]:
    if kind == "TERRAFORM":
        return {name: output["value"] for name, output in outputs.items()}
    return {name: value for stack in outputs.values() for name, value in stack.items()}
