"""Planning a dry run: as a commit is planned, but what comes of it is a report, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gitmoxi.adapters.codec import decode, encode
from gitmoxi.domain.deployments import Deployment, Origin
from gitmoxi.domain.dryruns import DryRun, DryRunObject, DryRunReport, DryRunState, tally
from gitmoxi.domain.records import Manifest, ManifestObject
from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import InvariantError, RetryableError
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.ledger import Ledger, Write
from gitmoxi_planner.candidates import Candidate
from gitmoxi_planner.dry_run_report import reported
from gitmoxi_planner.pacing import AT_ONCE
from gitmoxi_planner.reading import CommitReader
from gitmoxi_planner.settling import settle
from gitmoxi_planner.verdicts import Ended, Judge


class DryRunPlanner:
    """Reports what deploying a dry run's tree would do now."""

    def __init__(self, *, ledger: Ledger, bodies: BodyStore, reader: CommitReader, judge: Judge) -> None:
        self._ledger = ledger
        self._bodies = bodies
        self._reader = reader
        self._judge = judge
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, dry_run: DryRun, *, patient: bool) -> tuple[DryRun, Sequence[Write]]:
        """The dry run PLANNED, its report stored.

        An object that cannot be planned is reported so, and the others are planned all the same; so is one
        of which AWS tells nothing now, unless ``patient``.

        Raises:
            RetryableError: AWS, a store or the renderer is out of reach.
            InvariantError: what is stored is no dry run's.
        """
        report = await self._report(dry_run, patient=patient)
        planned = replace(
            dry_run,
            state=DryRunState.PLANNED,
            because=f"{tally(item.outcome for item in report.objects).capitalize()}.",
            report=await self._bodies.put(encode(report).encode()),
        )
        return planned, ()

    async def _report(self, dry_run: DryRun, *, patient: bool) -> DryRunReport:
        if dry_run.manifest is None:
            raise InvariantError(f"dry run {dry_run.id} is {dry_run.state} without manifest")
        manifest = decode(Manifest, await self._bodies.get(dry_run.manifest), key=dry_run.manifest.sha256)
        branch = await self._ledger.branch(dry_run.repository_id, dry_run.branch)
        candidates = await self._candidates(manifest.objects, dry_run, branch.seq + 1)
        settings = await self._candidates(manifest.settings_only, dry_run, branch.seq + 1)
        allowance = await self._reader.allowance(dry_run.repository_id, dry_run.branch, manifest)
        settled = settle(candidates, manifest, allowance)
        objects = await asyncio.gather(*(self._object(item, patient=patient) for item in settled))
        return DryRunReport(
            objects=tuple(sorted((*objects, *_mistaken(settings)), key=lambda item: item.prefix)),
            files=manifest.relevant_files,
            warnings=manifest.warnings,
        )

    async def _candidates(
        self, items: Iterable[ManifestObject], dry_run: DryRun, seq: int
    ) -> Sequence[Candidate]:
        return await asyncio.gather(*(self._candidate(item, dry_run, seq) for item in items))

    async def _candidate(self, item: ManifestObject, dry_run: DryRun, seq: int) -> Candidate:
        async with self._gate:
            return await self._reader.candidate(item, _deployment(item, dry_run, seq))

    async def _object(self, candidate: Candidate, *, patient: bool) -> DryRunObject:
        async with self._gate:
            try:
                verdict = await self._judge.verdict(candidate)
            except RetryableError as error:
                if patient:
                    raise
                verdict = Ended(state=State.FAILED, because=str(error))
        return reported(candidate, verdict)


def _mistaken(candidates: Iterable[Candidate]) -> Iterator[DryRunObject]:
    """Objects that nothing would be deployed of now, and whose files could not be."""
    for candidate in candidates:
        if candidate.failure is not None:
            yield reported(candidate, Ended(state=State.FAILED, because=candidate.failure))


def _deployment(item: ManifestObject, dry_run: DryRun, seq: int) -> Deployment:
    """The deployment that a push would make of the object; it is never stored."""
    if dry_run.sha is None:
        raise InvariantError(f"dry run {dry_run.id} is {dry_run.state} without commit")
    return Deployment(
        id=item.deployment_id,
        version=1,
        state=State.RECEIVED,
        owner=Worker.PLANNER,
        kind=item.kind,
        change=item.change,
        origin=Origin(
            repository_id=dry_run.repository_id,
            repository_url=dry_run.repository_url,
            branch=dry_run.branch,
            commit_sha=dry_run.sha,
            seq=seq,
            prefix=item.prefix,
        ),
        snapshot=item.snapshot,
        created_at=dry_run.requested_at,
        updated_at=dry_run.requested_at,
        because=f"Dry run {dry_run.id}.",
        next_at=dry_run.requested_at,
    )
