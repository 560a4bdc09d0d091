"""What a commit did to the service objects of a branch."""

from __future__ import annotations

import pytest

from gitmoxi.domain.deployments import ObjectChange
from gitmoxi.domain.object_changes import PathChange, object_changes
from gitmoxi.domain.targets import TargetKind

SVC, TASK, INPUT, DEPDEF = "a/n_svcdef.json", "a/n_taskdef.json", "a/n_input.json", "a/n_depdef.json"
OBJECT = (SVC, TASK, INPUT, DEPDEF)
ADDED, MODIFIED, DELETED = ObjectChange.ADDED, ObjectChange.MODIFIED, ObjectChange.DELETED


def outcome(tree, references=None, **changes):
    """``changes`` maps added, modified and deleted to lists of paths."""
    listed = [PathChange(path=p, change=ObjectChange(kind)) for kind, paths in changes.items() for p in paths]
    return object_changes(changes=listed, tree=tree, references=references or {})


def test_a_new_definition_file_adds_the_object():
    (changed,) = outcome(OBJECT, added=OBJECT).changed

    assert (changed.prefix, changed.kind, changed.change) == ("a/n", TargetKind.ECS, ADDED)
    assert set(changed.files) == set(OBJECT)


@pytest.mark.parametrize("path", [SVC, TASK, INPUT])
def test_a_changed_file_modifies_the_object(path):
    (changed,) = outcome(OBJECT, modified=[path]).changed

    assert changed.change is MODIFIED
    assert changed.because_of == (path,)


@pytest.mark.parametrize("kind", ["added", "modified", "deleted"])
def test_settings_alone_deploy_nothing(kind):
    tree = OBJECT[:3] if kind == "deleted" else OBJECT
    result = outcome(tree, **{kind: [DEPDEF]})

    assert result.changed == ()
    assert result.settings_only == ("a/n",)


def test_settings_with_another_file_deploy():
    (changed,) = outcome(OBJECT, modified=[DEPDEF, TASK]).changed

    assert set(changed.because_of) == {DEPDEF, TASK}


def test_the_definition_file_gone_deletes_the_object():
    (changed,) = outcome([], deleted=OBJECT).changed

    assert (changed.change, changed.files) == (DELETED, ())


def test_the_definition_file_gone_deletes_even_when_others_stay():
    result = outcome([TASK, INPUT], deleted=[SVC])

    assert [(c.change, c.files) for c in result.changed] == [(DELETED, (INPUT, TASK))]
    assert result.without_definition == ()


@pytest.mark.parametrize("path", [TASK, INPUT])
def test_any_other_file_gone_is_an_update(path):
    (changed,) = outcome([p for p in OBJECT if p != path], deleted=[path]).changed

    assert changed.change is MODIFIED


def test_files_without_a_definition_file_deploy_nothing_and_are_named():
    result = outcome([TASK], added=[TASK])

    assert result.changed == ()
    assert result.without_definition == ("a/n",)


def test_a_changed_referenced_file_modifies_every_object_that_refers_to_it():
    tree = [
        *OBJECT,
        "b/m_svcdef.json",
        "b/m_input.json",
        "c/o_svcdef.json",
        "c/o_input.json",
        "infra/tf.json",
    ]
    references = {INPUT: ["infra/tf.json"], "b/m_input.json": ["infra/tf.json"], "c/o_input.json": []}

    result = outcome(tree, references, modified=["infra/tf.json"])

    assert [(c.prefix, c.change, c.because_of) for c in result.changed] == [
        ("a/n", MODIFIED, ("infra/tf.json",)),
        ("b/m", MODIFIED, ("infra/tf.json",)),
    ]


def test_a_deleted_referenced_file_modifies_too_so_that_the_missing_values_are_reported():
    (changed,) = outcome(OBJECT, {INPUT: ["infra/tf.json"]}, deleted=["infra/tf.json"]).changed

    assert changed.change is MODIFIED


def test_a_reference_counts_whatever_else_the_file_is():
    result = outcome([*OBJECT, "b/m_svcdef.json"], {INPUT: ["b/m_depdef.json"]}, modified=["b/m_depdef.json"])

    assert [c.prefix for c in result.changed] == ["a/n"]
    assert result.settings_only == ("b/m",)


def test_a_changed_conflict_is_reported_and_nothing_of_it_is_deployed_or_deleted():
    tree = [TASK, "a/n_lambdadef.json"]
    result = outcome(tree, deleted=[SVC], added=["a/n_lambdadef.json"])

    assert result.changed == ()
    assert [c.prefix for c in result.conflicts] == ["a/n"]


@pytest.mark.parametrize(
    ("gone", "deleted"),
    [
        pytest.param("a/n_lambdadef.json", [(TargetKind.LAMBDA, DELETED)], id="its definition file"),
        pytest.param("a/n_lambdainput.json", [], id="another file"),
    ],
)
@pytest.mark.parametrize("settings", [[], [DEPDEF]], ids=["nothing else", "settings too"])
def test_who_takes_one_kind_out_of_a_conflict_gets_the_other_deployed(gone, deleted, settings):
    """What was committed while it was a conflict was never deployed."""
    result = outcome(OBJECT, deleted=[gone], modified=settings)

    assert [(c.kind, c.change) for c in result.changed] == [*deleted, (TargetKind.ECS, MODIFIED)]
    assert gone in result.changed[-1].because_of
    assert result.settings_only == ()


def test_an_unchanged_conflict_elsewhere_disturbs_nobody():
    result = outcome([*OBJECT, "x_svcdef.json", "x_lambdadef.json"], modified=[SVC])

    assert [c.prefix for c in result.changed] == ["a/n"]
    assert result.conflicts == ()


def test_an_object_that_turns_from_ecs_to_lambda_is_a_deletion_and_an_addition():
    result = outcome(["a/n_lambdadef.json"], deleted=OBJECT, added=["a/n_lambdadef.json"])

    assert [(c.kind, c.change) for c in result.changed] == [
        (TargetKind.ECS, DELETED),
        (TargetKind.LAMBDA, ADDED),
    ]


def test_nothing_changes_without_changes():
    result = outcome(OBJECT)

    assert (result.changed, result.settings_only, result.conflicts) == ((), (), ())
