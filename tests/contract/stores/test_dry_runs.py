"""Dry runs: created once, moved on by whoever knows their state, forgotten by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gitmoxi.adapters.dynamodb.wire import Tables
from gitmoxi.domain.bodies import ref_of
from gitmoxi.domain.dryruns import DryRunState
from gitmoxi.errors import ContentionError
from gitmoxi.ports.ledger import Ledger, PutDryRun
from tests.contract.stores.conftest import Stores
from tests.contract.stores.records import T0, a_dry_run


async def test_it_comes_back_as_it_was_written(ledger: Ledger) -> None:
    asked = a_dry_run()
    planned = replace(
        asked,
        state=DryRunState.PLANNED,
        head="feature/x",
        force=True,
        sha="a" * 40,
        previous_sha="b" * 40,
        author="Ada <ada@example.com>",
        message="Use the newer image",
        manifest=ref_of(b"manifest"),
        report=ref_of(b"report"),
    )
    await ledger.transact([PutDryRun(dry_run=asked, expected_state=None)])
    assert await ledger.dry_run(asked.id) == asked
    await ledger.transact([PutDryRun(dry_run=planned, expected_state=DryRunState.RECEIVED)])
    assert await ledger.dry_run(asked.id) == planned


async def test_there_is_none_that_was_never_asked_for(ledger: Ledger) -> None:
    assert await ledger.dry_run("dr-none") is None


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        pytest.param(DryRunState.RECEIVED, None, id="asked for twice under one id"),
        pytest.param(DryRunState.INGESTED, DryRunState.RECEIVED, id="another ingestor was faster"),
        pytest.param(None, DryRunState.RECEIVED, id="it is forgotten"),
    ],
)
async def test_who_does_not_know_its_state_changes_nothing(
    ledger: Ledger, stored: DryRunState | None, expected: DryRunState | None
) -> None:
    known = None if stored is None else a_dry_run(state=stored)
    if known is not None:
        await ledger.transact([PutDryRun(dry_run=known, expected_state=None)])
    late = a_dry_run(state=DryRunState.FAILED, because="too late")
    with pytest.raises(ContentionError, match="dry run dr-1"):
        await ledger.transact([PutDryRun(dry_run=late, expected_state=expected)])
    assert await ledger.dry_run("dr-1") == known


async def test_dynamodb_forgets_it_when_it_says(dynamo_stores: Stores, dynamodb: Any, tables: Tables) -> None:
    asked = a_dry_run(expires_at=T0 + timedelta(hours=24))
    await dynamo_stores.ledger.transact([PutDryRun(dry_run=asked, expected_state=None)])
    [item] = (await dynamodb.scan(TableName=tables.deployments))["Items"]
    assert item["expires_at"] == {"N": str(int((T0 + timedelta(hours=24)).timestamp()))}
    assert "due_pk" not in item
