"""The delete guard's arithmetic: what of a commit is refused, held, or goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gitmoxi.domain.delete_guard import DeleteLimits
from gitmoxi.domain.deployments import Deployment, ObjectChange, Origin
from gitmoxi.domain.records import Manifest, ManifestObject
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import TargetKind
from gitmoxi_planner.candidates import Candidate
from gitmoxi_planner.guarding import Allowance
from gitmoxi_planner.settling import settle
from tests.unit.planner.stage import ecs_target

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def a_candidate(prefix: str, change: ObjectChange, **more: Any) -> Candidate:
    more.setdefault("target", ecs_target(prefix))
    problem, state = more.pop("problem", None), more.pop("state", State.RECEIVED)
    item = ManifestObject(
        prefix=prefix,
        kind=more.pop("kind", TargetKind.ECS),
        change=change,
        deployment_id=f"d-{prefix}-{change}",
        files=(),
        problem=problem,
    )
    origin = Origin(
        repository_id="r-1",
        repository_url="https://git.example.com/shop",
        branch="main",
        commit_sha="a" * 40,
        seq=2,
        prefix=prefix,
    )
    head = Deployment(
        id=item.deployment_id,
        version=1,
        state=state,
        owner=Worker.PLANNER,
        kind=item.kind,
        change=change,
        origin=origin,
        created_at=NOW,
        updated_at=NOW,
        because="",
    )
    return Candidate(item=item, deployment=head, **more)


def deleted(count: int, **more: Any) -> list[Candidate]:
    return [a_candidate(f"old-{n}", ObjectChange.DELETED, **more) for n in range(count)]


def added(prefix: str, **more: Any) -> Candidate:
    return a_candidate(prefix, ObjectChange.ADDED, **more)


def updated(count: int) -> list[Candidate]:
    return [a_candidate(f"web-{n}", ObjectChange.MODIFIED) for n in range(count)]


def owning(count: int, *, limits: DeleteLimits | None = None) -> Allowance:
    """A branch that owns ``count`` targets, the first of which are those that ``deleted`` deletes."""
    owned = frozenset(f"old-{n}" for n in range(count))
    return Allowance(limits=limits or DeleteLimits(), owned=owned)


def fates(
    candidates: list[Candidate], allowance: Allowance, **manifest: bool
) -> dict[str, tuple[str | None, ...]]:
    """Failure, reason to wait and new name of every deletion."""
    settled = settle(candidates, Manifest(objects=(), **manifest), allowance)
    assert all(c.held is None for c in settled if not c.deletes)
    return {c.item.prefix: (c.failure, c.held, c.renamed_to) for c in settled if c.deletes}


def held(candidates: list[Candidate], allowance: Allowance, **manifest: bool) -> set[str]:
    return {p for p, (_, reason, _) in fates(candidates, allowance, **manifest).items() if reason}


@pytest.mark.parametrize(
    ("count", "owned", "waits"),
    [
        pytest.param(3, 10, False, id="3 of 10"),
        pytest.param(4, 10, True, id="4 of 10"),
        pytest.param(3, 4, False, id="3 of 4"),
        pytest.param(4, 20, False, id="20 % of 20"),
        pytest.param(5, 20, True, id="25 % of 20"),
        pytest.param(20, 100, False, id="20 % of 100"),
        pytest.param(21, 100, True, id="21 % of 100"),
        pytest.param(5, 6, True, id="5 of 6"),
    ],
)
def test_too_many_deletions_wait_all_together(count, owned, waits):
    found = held(deleted(count) + updated(2), owning(owned))

    assert len(found) == (count if waits else 0)


def test_the_reason_counts():
    (_, reason, _) = fates(deleted(5), owning(6))["old-0"]

    assert reason == (
        "the commit deletes 5 of the branch's 6 targets, more than the 3 that may go without approval"
    )


def test_renames_are_no_deletions():
    renames = [added(f"new-{n}", target=ecs_target(f"old-{n}")) for n in range(5)]

    found = fates(deleted(5) + renames, owning(6))

    assert found == {f"old-{n}": (None, None, f"new-{n}") for n in range(5)}


def test_of_a_mix_only_what_is_really_deleted_counts():
    mix = [
        *deleted(5),
        added("new-0", target=ecs_target("old-0")),
        added("new-1", target=ecs_target("old-1")),
    ]

    assert held(mix, owning(10)) == set()
    assert held(mix, owning(10, limits=DeleteLimits(at_most=2, percent=0))) == {"old-2", "old-3", "old-4"}


def test_what_was_never_deployed_is_no_deletion():
    assert held(deleted(5, target=None), owning(0)) == set()


def test_what_is_planned_already_counts_on():
    """After an outage in mid-commit: some deletions left, some additions came, the sum is the same."""
    gone = deleted(4)
    done = [a_candidate("old-0", ObjectChange.DELETED, state=State.WAITING), *gone[1:]]
    left = Allowance(limits=DeleteLimits(), owned=frozenset({"new", *(f"old-{n}" for n in range(1, 20))}))

    assert held([*gone, added("new")], owning(20)) == held([*done, added("new")], left) == set()
    assert held([*gone, added("new")], owning(19)) != set()


def test_a_limit_of_nothing_holds_every_deletion():
    assert held(deleted(1), owning(100, limits=DeleteLimits(at_most=0, percent=0))) == {"old-0"}


def test_without_any_definition_file_all_are_refused_and_none_waits():
    found = fates(deleted(5), owning(5), all_deleted=True)

    assert all("leaves no definition file at all" in str(failure) for failure, _, _ in found.values())
    assert {reason for _, reason, _ in found.values()} == {None}


def test_what_another_object_wants_and_cannot_have_is_refused():
    rivals = [added(f"new-{n}", target=ecs_target("old-0")) for n in range(2)]

    (failure, reason, _) = fates(deleted(1) + rivals, owning(9))["old-0"]

    assert "new-0 and new-1 of the same commit cannot be deployed and want it" in str(failure)
    assert reason is None


@pytest.mark.parametrize(
    ("other", "waits"),
    [
        pytest.param(added("new", target=None, failure="{"), True, id="an unreadable new object"),
        pytest.param(added("new", target=None, failure="{", kind=TargetKind.LAMBDA), False, id="a function"),
        pytest.param(
            a_candidate("web", ObjectChange.MODIFIED, target=None, failure="both", problem="both"),
            True,
            id="a conflict",
        ),
        pytest.param(
            a_candidate("web", ObjectChange.MODIFIED, target=None, failure="{"),
            False,
            id="one that was there",
        ),
    ],
)
def test_a_deletion_waits_beside_what_may_be_its_new_name(other, waits):
    assert bool(held([*deleted(1), other], owning(9))) is waits


def test_every_deletion_of_a_rewritten_history_waits():
    (_, reason, _) = fates(deleted(1), owning(9), rewritten=True)["old-0"]

    assert "history was rewritten" in str(reason)
