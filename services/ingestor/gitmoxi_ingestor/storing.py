"""Storing what a commit changed: its manifest, and a deployment record for each object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import Deployment, Origin, Step, deployment_id
from gitmoxi.domain.records import Commit, ManifestObject, Repository
from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import ContentionError
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.git import GitMirror
from gitmoxi.ports.ledger import CreateDeployment, Ledger, PutStep, Write
from gitmoxi_ingestor.comparing import Comparison
from gitmoxi_ingestor.manifests import ManifestWriter

_BATCH = 40
"""Deployments created in one transaction: two writes each, and DynamoDB takes 100."""

PLAN_WITHIN = timedelta(minutes=1)
"""When the planner's sweeper looks at a deployment that no event led it to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storing:
    """Writes the objects of one commit; doing it again writes nothing new."""

    ledger: Ledger
    bodies: BodyStore
    git: GitMirror
    repository: Repository
    commit: Commit
    now: datetime

    async def store(self, comparison: Comparison) -> tuple[BodyRef, int]:
        """The manifest's reference and how many deployments it lists."""
        writer = ManifestWriter(
            bodies=self.bodies,
            git=self.git,
            repository=self.repository,
            sha=self.commit.sha,
            id_of=lambda path: deployment_id(self._origin(path)),
        )
        manifest, stored = await writer.store(comparison)
        deployments = [self._deployment(item) for item in manifest.objects]
        for start in range(0, len(deployments), _BATCH):
            await self._create(deployments[start : start + _BATCH])
        return stored, len(deployments)

    def _origin(self, prefix: str) -> Origin:
        return Origin(
            repository_id=self.repository.id,
            repository_url=self.repository.url,
            branch=self.commit.branch,
            commit_sha=self.commit.sha,
            seq=self.commit.seq,
            prefix=prefix,
        )

    def _deployment(self, item: ManifestObject) -> Deployment:
        because = f"{item.prefix} is {item.change} in commit {self.commit.sha[:12]}: {', '.join(item.files)}."
        return Deployment(
            id=item.deployment_id,
            version=1,
            state=State.RECEIVED,
            owner=Worker.PLANNER,
            kind=item.kind,
            change=item.change,
            origin=self._origin(item.prefix),
            snapshot=item.snapshot,
            created_at=self.now,
            updated_at=self.now,
            because=because,
            baseline=self.commit.baseline,
            next_at=self.now + PLAN_WITHIN,
        )

    async def _create(self, deployments: list[Deployment]) -> None:
        try:
            await self.ledger.transact([write for item in deployments for write in _creation(item)])
        except ContentionError:
            stored = {item.id for item in await self.ledger.deployments([d.id for d in deployments])}
            if not stored:
                raise  # another ingestor is writing them right now: look again
            # Stored by an earlier attempt at this commit: the id says that they are the same.
            if missing := [item for item in deployments if item.id not in stored]:
                await self._create(missing)


def _creation(deployment: Deployment) -> tuple[Write, Write]:
    step = Step(
        deployment_id=deployment.id,
        version=deployment.version,
        at=deployment.created_at,
        by=Worker.INGESTOR,
        name="receive",
        state=deployment.state,
        because=deployment.because,
    )
    return CreateDeployment(deployment=deployment), PutStep(step=step)
