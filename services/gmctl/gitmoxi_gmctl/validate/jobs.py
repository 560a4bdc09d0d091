"""From files on disk to what is checked together: the files of one path-prefix, or one file alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gitmoxi.domain.files import FileKind, ServiceObject, classify, group_files
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.targets import TargetKind
from gitmoxi.validation.documents import PREFIX_CONFLICT, finding_on_file
from gitmoxi_gmctl.validate.disk import NO_LINKS, Found, Unchecked


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is rendered and checked as one.

    Attributes:
        item: the files by kind, under the names that rendering knows them by.
        disk: by such a name, the path on disk, which is what people read.
        top: the folder that was given for them, if any.
        alone: one file is taken for what ``--as`` says, without others.
    """

    item: ServiceObject
    disk: Mapping[str, str]
    top: str | None
    alone: bool = False


@dataclass(slots=True, kw_only=True)
class Jobs:
    """All jobs, with what came to light in making them."""

    jobs: list[Job] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    companions: list[str] = field(default_factory=list)
    skipped: list[Unchecked] = field(default_factory=list)


def alone(found: Found, kind: FileKind) -> Jobs:
    """Each file for itself, as a file of that kind."""
    return Jobs(jobs=[_alone(path, top, kind) for path, top in found.files.items()])


def _alone(path: str, top: str | None, kind: FileKind) -> Job:
    name = f"{path}{kind.suffix}"  # rendering tells kinds by names
    item = ServiceObject(prefix=path, kind=kind.target_kind, files={kind: name})
    return Job(item=item, disk={name: path}, top=top, alone=True)


def by_prefix(found: Found) -> Jobs:
    """Each path-prefix of the files with all its files that lie on disk, given or not."""
    jobs = Jobs()
    tops = {_prefix(path): top for path, top in found.files.items()}
    paths = set(found.files)
    for prefix in tops:
        for companion in _siblings(prefix, jobs.skipped):
            if companion not in paths:
                jobs.companions.append(companion)
    grouping = group_files([*paths, *jobs.companions])
    for item in grouping.objects.values():
        jobs.jobs.append(_together(item, tops))
    for conflict in grouping.conflicts.values():
        message = str(conflict).partition(": rename")[0]
        for kind, listed in (
            (TargetKind.ECS, conflict.ecs_paths),
            (TargetKind.LAMBDA, conflict.lambda_paths),
        ):
            jobs.findings += [finding_on_file(PREFIX_CONFLICT, path, message) for path in listed]
            jobs.jobs.append(_together(_part(conflict.prefix, kind, listed), tops))
    known = {skipped.path for skipped in found.unchecked}
    jobs.skipped = [skipped for skipped in jobs.skipped if skipped.path not in known]
    return jobs


def _together(item: ServiceObject, tops: Mapping[str, str | None]) -> Job:
    return Job(item=item, disk={path: path for path in item.paths}, top=tops[item.prefix])


def _part(prefix: str, kind: TargetKind, paths: Iterable[str]) -> ServiceObject:
    """One side of a prefix that claims to be two things."""
    files = {file.kind: path for path in paths if (file := classify(path)) is not None}
    return ServiceObject(prefix=prefix, kind=kind, files=files)


def _prefix(path: str) -> str:
    file = classify(path)
    assert file is not None
    return file.prefix


def _siblings(prefix: str, skipped: list[Unchecked]) -> list[str]:
    """The files of a path-prefix that are there, links aside: a commit's links are not followed either."""
    there: list[str] = []
    for kind in FileKind:
        path = f"{prefix}{kind.suffix}"
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            continue
        if stat.S_ISLNK(mode):
            skipped.append(Unchecked(path, NO_LINKS, is_wrong=False))
        elif not stat.S_ISDIR(mode):
            there.append(path)
    return there
