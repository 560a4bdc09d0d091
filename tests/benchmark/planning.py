"""How fast a tree of service objects is planned, beside rendering, parsing and comparing alone."""

from __future__ import annotations

import json
from collections.abc import Iterable

from jinja2.sandbox import ImmutableSandboxedEnvironment

from gitmoxi.domain.deployments import ObjectChange, Verb
from gitmoxi.domain.files import FileKind, group_files
from gitmoxi.domain.object_changes import PathChange, object_changes
from gitmoxi.domain.targets import TargetKind
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.ecs import plan_ecs
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition
from gitmoxi.rendering.inputs import referenced_paths
from gitmoxi.rendering.objects import render_object
from gitmoxi_planner.wanting import Home, want
from tests.benchmark.measuring import Measured, compare
from tests.benchmark.trees import ACCOUNT, REGION, SHARED, living, tree_of

_HOME = Home(account=ACCOUNT, region=REGION)
_COMPARED_WITH = "rendering by Jinja, json.loads and comparing"

Live = dict[str, tuple[EcsService, EcsTaskDefinition]]


def measure(objects: int = 300, changed: int = 10) -> list[Measured]:
    """A tree whose every object gets a new image, twice, and the first tree with a few of them changed."""
    before = tree_of(objects)
    live = _deployed(before)
    all_new = tree_of(objects, version="1.0.1")
    few_new = before | {path: all_new[path] for path in _inputs(all_new)[:changed]}
    own = tree_of(objects, own_templates=True)
    own_new = tree_of(objects, own_templates=True, version="1.0.1")
    return [
        _measured("plan.whole-tree", before, all_new, live, objects, rounds=3),
        _measured("plan.whole-tree-of-own-templates", own, own_new, live, objects, rounds=3),
        _measured("plan.changed-objects", before, few_new, live, changed, rounds=7),
    ]


def _measured(
    name: str, before: dict[str, bytes], after: dict[str, bytes], live: Live, expected: int, *, rounds: int
) -> Measured:
    def ours() -> None:
        verbs = [_planned(after, prefix, live) for prefix in _changed_prefixes(before, after)]
        if verbs != [Verb.UPDATE] * expected:
            raise AssertionError(f"{name}: {len(verbs)} objects were planned, {expected} were to be updated")

    def bare() -> None:
        changed = {path.rpartition("_")[0] for path in after if after[path] != before[path]}
        for prefix in changed:
            _bare(after, prefix, live)

    return compare(
        name, ours, bare, compared_with=_COMPARED_WITH, unit="objects", count=expected, rounds=rounds
    )


def _changed_prefixes(before: dict[str, bytes], after: dict[str, bytes]) -> Iterable[str]:
    """As the ingestor finds them: from the changed paths, the whole tree, and who refers to what."""
    changes = [
        PathChange(path=path, change=ObjectChange.MODIFIED) for path in after if after[path] != before[path]
    ]
    inputs = [item.input for item in group_files(after).objects.values() if item.input]
    references = {path: referenced_paths(path, after[path]) for path in inputs}
    return [
        item.prefix for item in object_changes(changes=changes, tree=after, references=references).changed
    ]


def _planned(tree: dict[str, bytes], prefix: str, live: Live) -> Verb:
    service, definition = live[prefix]
    return plan_ecs(_desired(tree, prefix), service, definition, owner="bench").verb


def _desired(tree: dict[str, bytes], prefix: str) -> DesiredEcs:
    rendered = render_object(
        prefix=prefix,
        kind=TargetKind.ECS,
        files={path: tree[path] for path in _paths(prefix)},
        references={SHARED: tree[SHARED]},
    )
    desired = want(rendered, _HOME).desired
    assert isinstance(desired, DesiredEcs)
    return desired


def _bare(tree: dict[str, bytes], prefix: str, live: Live) -> bool:
    environment = ImmutableSandboxedEnvironment()
    environment.filters["tojson"] = json.dumps
    shared = {name: item["value"] for name, item in json.loads(tree[SHARED]).items()}
    values = shared | json.loads(tree[f"{prefix}_input.json"])
    documents = [
        json.loads(environment.from_string(tree[f"{prefix}{suffix}"].decode()).render(values))
        for suffix in ("_svcdef.json", "_taskdef.json", "_depdef.json")
    ]
    service, definition = live[prefix]
    return bool(documents[0] == service.document and documents[1] == definition.document)


def _deployed(tree: dict[str, bytes]) -> Live:
    return {prefix: living(_desired(tree, prefix)) for prefix in group_files(tree).objects}


def _inputs(tree: dict[str, bytes]) -> list[str]:
    return sorted(path for path in tree if path.endswith(FileKind.INPUT.suffix))


def _paths(prefix: str) -> list[str]:
    kinds = (FileKind.SVCDEF, FileKind.TASKDEF, FileKind.INPUT, FileKind.DEPDEF)
    return [f"{prefix}{kind.suffix}" for kind in kinds]
