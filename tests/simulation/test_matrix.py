"""The full matrix: whatever befalls a deployment, it ends in the right state, for the right reason, once."""

from __future__ import annotations

import itertools

import pytest

from gitmoxi.domain.history import told_in
from tests.simulation import (
    matrix_ecs,
    matrix_ecs_failures,
    matrix_ecs_ordeals,
    matrix_lambda,
    matrix_lambda_failures,
    matrix_lambda_ordeals,
)
from tests.simulation.matrix import EXPLAINED, HAPPENINGS, VERBS, Case, Cell, Impossible, play
from tests.simulation.stories import Told, check_journal, check_records

ENGINES = {"ECS": matrix_ecs, "Lambda": matrix_lambda}
ROWS = {
    "ECS": {**matrix_ecs_ordeals.ROWS, **matrix_ecs_failures.ROWS},
    "Lambda": {**matrix_lambda_ordeals.ROWS, **matrix_lambda_failures.ROWS},
}
CELLS: dict[tuple[str, str, str], Cell] = {
    (engine, verb, happening): cell
    for engine, rows in ROWS.items()
    for happening, row in rows.items()
    for verb, cell in row.items()
}
CASES = [
    pytest.param(engine, cell, id=f"{engine}, {verb}, {happening}")
    for (engine, verb, happening), cell in CELLS.items()
    if isinstance(cell, Case)
]


@pytest.mark.parametrize(("engine", "case"), CASES)
async def test_a_deployment_ends_in_the_truth(engine: str, case: Case) -> None:
    told, heads = await play(case)

    assert tuple(head.state for head in heads) == case.ends, [head.because for head in heads]
    steps = await told.world.ledger.steps(heads[0].id)
    assert case.says in "\n".join([heads[0].cause or "", *(step.because for step in steps)])
    await check_explanation(told, case)
    assert tuple(told.world.aws.mutations) == case.mutations
    assert ENGINES[engine].live(told.world) == case.live
    await check_journal(told)
    await check_records(told, ENGINES[engine].TARGET)


async def check_explanation(told: Told, case: Case) -> None:
    """The first explanation is the one that is due, and tells what a person needs."""
    found = told_in(await told.world.ledger.steps(told.deployments[0]))
    if not case.explained:
        return
    assert [one.id for one in found[:1]] == [case.explained]
    text = "\n".join([found[0].cause, *found[0].evidence, found[0].advice])
    assert [part for part in case.told if part not in text] == [], text


def test_no_cell_is_missing() -> None:
    assert set(CELLS) == set(itertools.product(ENGINES, VERBS, HAPPENINGS))


def test_what_cannot_happen_says_why() -> None:
    assert all(cell.why.endswith(".") for cell in CELLS.values() if isinstance(cell, Impossible))


@pytest.mark.parametrize("happening", EXPLAINED)
def test_each_failure_that_is_explained_is_met(happening: str) -> None:
    cases = [cell for (_, _, name), cell in CELLS.items() if name == happening and isinstance(cell, Case)]
    assert {case.explained for case in cases} == EXPLAINED[happening]
    assert all(case.told for case in cases), "AWS's words or the advice are looked at, too"
