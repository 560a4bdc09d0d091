"""Fetch and diff of a large repository over loopback HTTPS, beside bare ``git fetch`` and ``git diff``."""

from __future__ import annotations

import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from gitmoxi.adapters.git import GitMirrorOptions, Pygit2Mirror
from tests.benchmark.measuring import Figure, Measured
from tests.git_cli import GitCli, environment
from tests.git_server import GitHosting

_ROUNDS = 3
_AIM_RATIO = 2.0
_COMPARED_WITH = "git fetch and git diff --name-only"
_KIBIBYTE = 1024
_PATH = "acme/large"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A child's work: the first fetch, the next one with its diff, and its peak of memory."""

    first_seconds: float
    next_seconds: float
    peak_mib: float


def measure(files: int = 5_000, commits: int = 2_000) -> Iterator[Measured | Figure]:
    """Each side fetches everything into nothing, then one more commit, and compares the two."""
    with tempfile.TemporaryDirectory() as place, GitHosting(Path(place)) as hosting:
        origin = hosting.repository(_PATH)
        old = _grow(origin, files, commits)
        runs = [(_child("ours", hosting, old, n), _child("bare", hosting, old, n)) for n in range(_ROUNDS)]
    yield _measured("git.first-fetch", runs, "first_seconds", "commits", commits)
    yield _measured("git.next-fetch-and-diff", runs, "next_seconds", "fetches", 1)
    ours, bare = (statistics.median(pair[side].peak_mib for pair in runs) for side in (0, 1))
    yield Figure(
        name="git.peak-memory", value=ours, unit="MiB", aim=_AIM_RATIO * bare, parts={"bare git, each": bare}
    )


def _measured(name: str, runs: list[tuple[_Run, _Run]], part: str, unit: str, count: int) -> Measured:
    ours, bare = (statistics.median(getattr(pair[side], part) for pair in runs) for side in (0, 1))
    return Measured(
        name=name,
        compared_with=_COMPARED_WITH,
        unit=unit,
        count=count,
        rounds=len(runs),
        ours_seconds=ours,
        bare_seconds=bare,
    )


def _grow(origin: GitCli, files: int, commits: int) -> str:
    """The history by ``git fast-import``: all files first, then a few changed by each commit.

    Leaves ``main`` one commit behind ``next``; returns the commit of ``main``.
    """
    stream = [b"blob\nmark :1\ndata 0\n"]
    for number in range(commits):
        paths = range(files) if number == 0 else [(number * 7 + step) % files for step in range(3)]
        stream.append(
            b"commit refs/heads/%s\ncommitter Ada <ada@example.com> %d +0000\ndata 6\nchange\n"
            % (b"next", 1_767_225_600 + number)
        )
        stream.extend(_file(path, number) for path in paths)
    origin("fast-import", "--quiet", data=b"".join(stream))
    old = origin("rev-parse", "next~1")
    origin("update-ref", "refs/heads/main", old)
    return old


def _file(path: int, version: int) -> bytes:
    content = b'{"serviceName": "web-%d", "desiredCount": %d}\n' % (path, version) * 8
    name = b"services/team-%d/web-%d_svcdef.json" % (path % 50, path)
    return b"M 100644 inline %s\ndata %d\n%s\n" % (name, len(content), content)


def _child(side: str, hosting: GitHosting, old: str, number: int) -> _Run:
    """In a process of its own, so that its peak of memory, and of its children, is its own."""
    hosting.repository(_PATH)("update-ref", "refs/heads/main", old)
    folder = hosting.folder.with_name(f"{side}-{number}")
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", __name__, side, str(folder), hosting.url(_PATH), str(hosting.ca_file), old],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()  # it has fetched: the branch goes on
        hosting.repository(_PATH)("update-ref", "refs/heads/main", "refs/heads/next")
        child.stdin.write("\n")
        child.stdin.flush()
        first, following, peak = child.stdout.readline().split()
    return _Run(first_seconds=float(first), next_seconds=float(following), peak_mib=float(peak))


def _go_on() -> None:
    print("fetched", flush=True)  # noqa: T201 - the parent waits for it
    sys.stdin.readline()


async def _ours(folder: Path, url: str, ca_file: Path, old: str) -> tuple[float, float]:
    git = Pygit2Mirror(GitMirrorOptions(folder=folder, allowed_hosts=("127.0.0.1",), ca_file=ca_file))
    started = perf_counter()
    assert await git.fetch(url, "main") == old
    first = perf_counter() - started
    await asyncio.to_thread(_go_on)
    started = perf_counter()
    tip = await git.fetch(url, "main")
    changes = await git.changed_paths(url, old, tip)
    assert len(changes) == 3
    return first, perf_counter() - started


def _bare(folder: Path, url: str, ca_file: Path, old: str) -> tuple[float, float]:
    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(folder), "-c", f"http.sslCAInfo={ca_file}", *arguments],
            check=True,
            capture_output=True,
            text=True,
            env=environment(),
        ).stdout

    fetch = ("fetch", "--quiet", "--no-tags", url, "+refs/heads/main:refs/heads/main")
    git("init", "--quiet", "--bare")
    started = perf_counter()
    git(*fetch)
    first = perf_counter() - started
    _go_on()
    started = perf_counter()
    git(*fetch)
    changed = git("diff", "--name-only", old, "refs/heads/main")
    assert len(changed.splitlines()) == 3
    return first, perf_counter() - started


def _main(side: str, folder: str, url: str, ca_file: str, old: str) -> None:
    if side == "ours":
        first, following = asyncio.run(_ours(Path(folder), url, Path(ca_file), old))
        who = resource.RUSAGE_SELF
    else:
        first, following = _bare(Path(folder), url, Path(ca_file), old)
        who = resource.RUSAGE_CHILDREN
    peak = resource.getrusage(who).ru_maxrss / _KIBIBYTE
    print(first, following, peak, flush=True)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    _main(*sys.argv[1:])
