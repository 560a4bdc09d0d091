"""Checks one service object as far as its files can be read and rendered."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from gitmoxi.adapters.memory.renderer import InProcessRenderer
from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.rendered import RenderRequest
from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import UnavailableError
from gitmoxi.ports.renderer import Renderer
from gitmoxi.rendering.templates import has_template_syntax
from gitmoxi.validation.documents import check_object, checked_in_part, not_deployed
from gitmoxi_gmctl.validate.disk import Unchecked, UnreadableError, read_file
from gitmoxi_gmctl.validate.jobs import Job
from gitmoxi_gmctl.validate.kinds import KindName
from gitmoxi_gmctl.validate.references import References, Repositories, read_references
from gitmoxi_gmctl.validate.rendering import Rendering, render_as_far_as_possible

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one job.

    Attributes:
        files: the kind of each file that was checked, by its path on disk.
        findings: with paths on disk.
        partial: the files that could not be checked in full.
        unchecked: the files that could not be read.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    partial: frozenset[str] = frozenset()
    unchecked: tuple[Unchecked, ...] = ()


class ObjectChecker:
    """Checks jobs, of which many may be under way at once."""

    def __init__(self, pool: Renderer, repositories: Repositories) -> None:
        self._pool = pool
        self._in_process = InProcessRenderer()
        self._repositories = repositories

    async def check(self, job: Job) -> Outcome:
        """What became of the job; whatever its files bring out, those of other jobs are checked too."""
        try:
            return await self._check(job)
        except UnavailableError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001  # our own bug: to be told, and to hide no other file
            _LOG.debug("checking %s failed", job.item.prefix, exc_info=error)
            reason = f"this is a bug of gmctl, please report it: {type(error).__name__}: {error}"
        return Outcome(unchecked=tuple(Unchecked(path, reason) for path in job.disk.values()))

    async def _check(self, job: Job) -> Outcome:
        contents, unchecked = _read(job)
        if not contents:
            return Outcome(unchecked=unchecked)
        references = self._references(job, contents)
        rendering = await self._render(job, contents, references)
        findings = _findings(job, rendering)
        shown = {**references.shown, **job.disk, job.item.prefix: _stands_for(job)}
        kinds = {name: kind for kind, name in job.item.files.items()}
        return Outcome(
            files={job.disk[name]: KindName[kinds[name].name].value for name in contents},
            findings=tuple(replace(f, file=shown.get(f.file, f.file)) for f in findings),
            partial=frozenset(job.disk[name] for name in _partial(contents, rendering)),
            unchecked=unchecked,
        )

    def _references(self, job: Job, contents: Mapping[str, bytes]) -> References:
        if job.alone or job.item.input is None:
            return References()
        root = self._repositories.root_of(job.item.input, job.top)
        return read_references(job.item, contents, root)

    async def _render(self, job: Job, contents: Mapping[str, bytes], references: References) -> Rendering:
        request = RenderRequest(
            prefix=job.item.prefix,
            kind=job.item.kind,
            files=contents,
            references=references.contents,
            partial=job.alone or job.item.input not in contents,
        )
        templates = any(has_template_syntax(data) for data in contents.values())
        return await render_as_far_as_possible(request, self._pool if templates else self._in_process)


def _read(job: Job) -> tuple[dict[str, bytes], tuple[Unchecked, ...]]:
    contents: dict[str, bytes] = {}
    unchecked: list[Unchecked] = []
    for name, path in job.disk.items():
        try:
            contents[name] = read_file(path)
        except UnreadableError as error:
            unchecked.append(Unchecked(path, str(error)))
    return contents, tuple(unchecked)


def _findings(job: Job, rendering: Rendering) -> list[Finding]:
    findings = list(rendering.findings)
    rendered = rendering.rendered
    if rendered is not None:
        unseen = frozenset(FileKind) if job.alone else job.item.files.keys()
        findings += check_object(rendered, unreadable=unseen - rendered.documents.keys())
        said = {(finding.file, finding.line, finding.column) for finding in rendering.findings}
        findings += (f for f in rendered.warnings if (f.file, f.line, f.column) not in said)
        broken = {finding.file for finding in rendering.findings}
        findings += (
            checked_in_part(document, _advice(job))
            for document in rendered.documents.values()
            if document.unknowns and document.path not in broken
        )
    if job.item.definition is None and not job.alone:
        findings.append(not_deployed(job.item))
    return findings


def _advice(job: Job) -> str:
    """Where the values that are not known could come from."""
    if job.alone:
        return "with --as a file is checked alone: its input file was not read"
    if job.item.input is None:
        kind = FileKind.INPUT if job.item.kind is TargetKind.ECS else FileKind.LAMBDA_INPUT
        return f"give the values in {job.item.prefix}{kind.suffix}: a commit without them is refused"
    return f"mend {job.item.input}, or what it refers to: without its values a commit is refused"


def _stands_for(job: Job) -> str:
    """The file in which findings on the object as a whole are shown."""
    return job.disk[job.item.definition or job.item.paths[0]]


def _partial(contents: Iterable[str], rendering: Rendering) -> set[str]:
    """The files with unknown parts, and those that no check has seen."""
    documents = rendering.rendered.documents.values() if rendering.rendered is not None else ()
    seen = {document.path for document in documents if not document.unknowns}
    return set(contents) - seen
