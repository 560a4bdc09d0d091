"""What the API answers about the baseline of a branch."""

from __future__ import annotations

from gitmoxi.domain.baselines import Comparison
from gitmoxi_gmctl.replies import Commit, Plan, Reply, Target


class BaselineObject(Reply):
    """How a service object compared with what lived; ``plan`` says what would make it equal."""

    prefix: str
    kind: str
    target: Target | None
    comparison: Comparison
    because: str
    deployment_id: str
    plan: Plan | None

    @property
    def outcome(self) -> str:
        """``differs in 3``, or the comparison in other words."""
        if self.comparison is Comparison.DIFFERENT and self.plan is not None:
            return f"{self.comparison} in {len(self.plan.differences)}"
        return str(self.comparison)


class Baseline(Reply):
    """The baseline of a branch, its objects by prefix."""

    commit: Commit
    finished: bool
    objects: tuple[BaselineObject, ...]

    @property
    def by_need(self) -> list[BaselineObject]:
        """First what somebody has to look at."""
        order = list(Comparison)
        return sorted(self.objects, key=lambda item: (order.index(item.comparison), item.prefix))
