"""How records are written as JSON, and what is made of JSON that is none of ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmoxi.adapters.codec import decode, encode, instant
from gitmoxi.domain.deployments import ObjectChange, Step
from gitmoxi.domain.records import Manifest, ManifestObject, Snapshot
from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import InvariantError
from tests.contract.stores.records import (
    ECS,
    FUNCTION,
    a_branch,
    a_busy_deployment,
    a_command,
    a_commit,
    a_deployment,
    a_plan,
    a_push,
    a_repository,
    a_step,
    a_target,
    an_event,
    an_ownership,
)

_MANIFEST = Manifest(
    objects=(
        ManifestObject(
            prefix="prod/web",
            kind=TargetKind.ECS,
            change=ObjectChange.ADDED,
            deployment_id="d-1",
            files=("prod/web_depdef.json",),
        ),
    ),
    warnings=("a warning",),
)
_SNAPSHOT = Snapshot(prefix="p", kind=TargetKind.LAMBDA, files={"a.json": "e30="}, references={})


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(record, id=type(record).__name__)
        for record in (
            a_busy_deployment(),
            a_step(),
            a_plan(),
            a_command("c1"),
            a_target(),
            an_ownership(),
            a_branch(),
            a_commit(),
            a_push(),
            a_repository(),
            an_event("e1"),
            _MANIFEST,
            _SNAPSHOT,
        )
    ],
)
def test_a_record_comes_back_equal(record: Any) -> None:
    assert decode(type(record), encode(record), key="k") == record


@pytest.mark.parametrize("target", [ECS, FUNCTION])
def test_a_target_is_stored_by_its_id(target: Any) -> None:
    text = encode(an_ownership(target=target))
    assert json.loads(text)["target"] == target.id
    assert decode(type(an_ownership()), text, key="k").target == target


def test_what_is_none_takes_no_room() -> None:
    assert "null" not in encode(a_deployment(target=None))


@given(because=st.text(), values=st.dictionaries(st.text(), st.text()))
def test_any_text_survives(because: str, values: dict[str, str]) -> None:
    deployment = a_deployment(because=because)
    record = a_target(task_definitions=values)
    assert decode(type(deployment), encode(deployment), key="k").because == because
    assert decode(type(record), encode(record), key="k").task_definitions == values


def _step_with(**changes: Any) -> str:
    return json.dumps(json.loads(encode(a_step())) | changes)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("{", "Expecting", id="no JSON"),
        pytest.param("[]", "the record: ", id="no object"),
        pytest.param("{}", "deployment_id: ", id="a field is missing"),
        pytest.param(_step_with(fresh=1), "fresh: Unexpected", id="a field of a newer release"),
        pytest.param(_step_with(state="GONE"), "state: ", id="a state of a newer release"),
        pytest.param(_step_with(at="soon"), "at: ", id="no moment"),
        pytest.param(_step_with(target="ecs/1"), "no target id", id="no target"),
    ],
)
def test_what_is_no_record_is_named_by_its_key(text: str, complaint: str) -> None:
    with pytest.raises(InvariantError, match="D#d-1 / STEP#00000001 is stored as no Step") as caught:
        decode(Step, text, key="D#d-1 / STEP#00000001")
    assert complaint in str(caught.value)


def test_values_stay_out_of_the_complaint() -> None:
    with pytest.raises(InvariantError) as caught:
        decode(Step, _step_with(version="hunter2"), key="k")
    assert "hunter2" not in str(caught.value)


_ZONES = st.integers(-720, 720).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), timezones=_ZONES)


@given(one=_MOMENTS, other=_MOMENTS)
def test_moments_sort_as_text(one: datetime, other: datetime) -> None:
    assert (one < other) == (instant(one) < instant(other))


def test_a_moment_is_told_in_utc_with_microseconds() -> None:
    moment = datetime(2026, 11, 22, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    assert instant(moment) == "2026-11-22T08:30:00.000000Z"
    assert datetime.fromisoformat(instant(moment)) == moment.astimezone(UTC)


def test_a_moment_without_a_zone_is_a_bug() -> None:
    with pytest.raises(InvariantError, match="no time zone"):
        instant(datetime(2026, 11, 22))
