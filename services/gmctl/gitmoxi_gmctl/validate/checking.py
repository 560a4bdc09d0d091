"""Checks what the given paths lead to: reads it, renders it, and asks the planner's own rules."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from gitmoxi.adapters.rendering.pool import RenderPool
from gitmoxi.catalogue import ALL_RULES
from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import Finding
from gitmoxi_gmctl.validate.disk import Found, find_files
from gitmoxi_gmctl.validate.jobs import Job, Jobs, alone, by_prefix
from gitmoxi_gmctl.validate.names import odd_names
from gitmoxi_gmctl.validate.references import Repositories
from gitmoxi_gmctl.validate.report import FileResult, Report, UncheckedPath, make_report, result_of
from gitmoxi_gmctl.validate.service_object import ObjectChecker, Outcome

_RULES = {info.id: info for info in ALL_RULES}

_MOST_CHILDREN = 4
"""Rendering children at once: each holds tens of MiB, and a laptop has other work."""


def check_paths(paths: list[str], *, kind: FileKind | None, root: Path | None) -> Report:
    """The report on all files that ``paths`` lead to.

    Args:
        paths: files and folders, as the user wrote them.
        kind: what to take each file for, alone; None: what its name says, with those of its path-prefix.
        root: what ``ref.file`` counts from; None: the nearest folder above with ``.git``.
    """
    found = find_files(paths, any_json=kind is not None)
    jobs = alone(found, kind) if kind is not None else by_prefix(found)
    outcomes = asyncio.run(_check(jobs.jobs, Repositories(root)))
    return _report(found, jobs, outcomes)


async def _check(jobs: list[Job], repositories: Repositories) -> list[Outcome]:
    size = min(_MOST_CHILDREN, os.cpu_count() or 1)
    outcomes: list[Outcome] = []
    async with RenderPool(size=size) as pool:
        checker = ObjectChecker(pool, repositories)

        async def work(pending: Iterator[Job]) -> None:
            for job in pending:
                outcomes.append(await checker.check(job))  # noqa: PERF401  # workers share the iterator

        pending = iter(jobs)
        async with asyncio.TaskGroup() as group:
            for _ in range(size):
                group.create_task(work(pending))
    return outcomes


def _report(found: Found, jobs: Jobs, outcomes: list[Outcome]) -> Report:
    findings: list[Finding] = [*jobs.findings, *odd_names(found.passed_over)]
    files: dict[str, str] = {}
    partial: set[str] = set()
    unchecked = [*found.unchecked, *jobs.skipped]
    for outcome in outcomes:
        findings += outcome.findings
        files |= outcome.files
        partial |= outcome.partial
        unchecked += outcome.unchecked
    by_file: dict[str, list[Finding]] = {path: [] for path in files}
    for finding in findings:
        by_file.setdefault(finding.file, []).append(finding)
    return make_report(
        files=[
            FileResult(path=path, kind=kind, result=result_of(by_file[path], partial=path in partial))
            for path, kind in files.items()
        ],
        findings=[_advised(finding) for finding in findings],
        unchecked=[UncheckedPath(path=u.path, reason=u.reason, error=u.is_wrong) for u in unchecked],
        companions=[path for path in jobs.companions if path in files],
        other_json_files=found.passed_over,
    )


def _advised(finding: Finding) -> Finding:
    """With its rule's advice, where it has no better one."""
    info = _RULES.get(finding.rule)
    return replace(finding, advice=info.advice) if info is not None and not finding.advice else finding
