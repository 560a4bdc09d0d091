"""What no transaction may ask for, whatever is stored."""

from __future__ import annotations

import pytest

from gitmoxi.domain.states import State
from gitmoxi.errors import InvariantError
from gitmoxi.ports.ledger import (
    CheckLease,
    DeleteOrphan,
    DeleteOwnership,
    Ledger,
    PutOrphan,
    PutOwnership,
    PutTarget,
    UpdateDeployment,
    Write,
)
from tests.contract.stores.records import ECS, a_deployment, a_target, an_orphan, an_ownership, created


@pytest.mark.parametrize(
    ("writes", "complaint"),
    [
        pytest.param(created(*(a_deployment(f"d-{n}") for n in range(101))), "101 writes", id="too many"),
        pytest.param(
            [
                *created(a_deployment()),
                UpdateDeployment(deployment=a_deployment(version=2), expected_version=1),
            ],
            "twice to deployment d-1",
            id="one deployment twice",
        ),
        pytest.param(
            [CheckLease(target_id=ECS.id, lease_epoch=1), PutTarget(record=a_target(), expected_revision=0)],
            "twice to target",
            id="a target and its lease are one item",
        ),
        pytest.param(
            [PutOwnership(ownership=an_ownership()), DeleteOwnership(ownership=an_ownership())],
            "twice to ownership of prod/web",
            id="an ownership put and deleted",
        ),
        pytest.param(
            [PutOrphan(orphan=an_orphan()), DeleteOrphan(target=ECS)],
            "twice to orphan ecs/",
            id="an orphan put and deleted",
        ),
        pytest.param(
            [UpdateDeployment(deployment=a_deployment(version=1), expected_version=1)],
            "version 1, expected above 1",
            id="a version that does not rise",
        ),
        pytest.param(
            [PutTarget(record=a_target(revision=1), expected_revision=1)],
            "revision 1, expected above 1",
            id="a revision that does not rise",
        ),
        pytest.param(
            created(a_deployment(next_at=None)),
            "d-1 is WAITING with next_at None",
            id="a live deployment that nobody would look at again",
        ),
        pytest.param(
            created(a_deployment(state=State.FAILED, next_at=a_deployment().created_at)),
            "d-1 is FAILED with next_at",
            id="an ended deployment that would be looked at for ever",
        ),
    ],
)
async def test_a_transaction_that_could_never_be_right_is_a_bug(
    ledger: Ledger, writes: list[Write], complaint: str
) -> None:
    with pytest.raises(InvariantError, match=complaint):
        await ledger.transact(writes)
    assert await ledger.deployment("d-1") is None
