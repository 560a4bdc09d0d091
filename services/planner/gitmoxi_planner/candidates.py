"""One changed object of a commit, with what it wants."""

from __future__ import annotations

from dataclasses import dataclass, field

from gitmoxi.domain.deployments import Deployment, ObjectChange
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.records import ManifestObject
from gitmoxi.domain.rendered import RenderedObject
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import Target
from gitmoxi_planner.wanting import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One changed object on its way into a target's line.

    ``wanted`` is None for a deletion and for an object with a ``failure``. ``renamed_to`` is the prefix
    that takes over a deleted object's target, ``renamed_from`` the prefix that it takes it over from.
    ``owned`` is the target that the prefix was deployed to before, and ``moved_from`` the same if it is
    another one now and no other prefix of the commit takes it over. ``held`` says why a deletion needs a
    person's approval.
    ``rendered`` are its files, as far as they could be rendered, ``faults`` what is wrong with them.
    """

    item: ManifestObject
    deployment: Deployment
    target: Target | None = None
    owned: Target | None = None
    rendered: RenderedObject | None = field(default=None, repr=False)
    wanted: Wanted | None = None
    faults: tuple[Finding, ...] = ()
    failure: str | None = None
    held: str | None = None
    renamed_to: str | None = None
    renamed_from: str | None = None
    moved_from: Target | None = None

    @property
    def deletes(self) -> bool:
        return self.item.change is ObjectChange.DELETED

    @property
    def open(self) -> bool:
        """Whether it is still to be planned; what was planned before counts for the rules all the same."""
        return self.deployment.state is State.RECEIVED
