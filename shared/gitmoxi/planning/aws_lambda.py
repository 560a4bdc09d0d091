"""From a wanted and a live Lambda function to the plan that makes the one of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gitmoxi.domain.deployments import PlannedWarning, Verb
from gitmoxi.domain.targets import ACTION_TAG, OWNER_TAG, LambdaTarget
from gitmoxi.errors import InvariantError
from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.differences import Difference, diff_documents
from gitmoxi.planning.documents import MISSING, Document, without_nulls
from gitmoxi.planning.lambda_checks import (
    alias_of,
    check_changeable,
    check_tags,
    code_of,
    native_code,
    shown_code,
)
from gitmoxi.planning.lambda_code import KnownHashes, code_difference, code_place, known_hash
from gitmoxi.planning.lambda_comparison import (
    alias_moves,
    all_differences,
    readable_function,
    served_differences,
    wanted_function,
)
from gitmoxi.planning.lambda_concurrency import ConcurrencyPlan, live_concurrency, plan_concurrency
from gitmoxi.planning.lambda_plan_steps import creation_steps, deletion_steps, update_steps
from gitmoxi.planning.lambda_requests import code_request, configuration_request
from gitmoxi.planning.lambda_rules import (
    CONFIGURATION_FIELDS,
    LAMBDA_RULES,
)
from gitmoxi.planning.lambda_warnings import creation_warnings, update_warnings
from gitmoxi.planning.listing import list_document
from gitmoxi.planning.tags import adoption, lambda_tags, merged_tags, tag_changes
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction, ProvisionedConcurrency


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaPlan:
    """What has to happen to one Lambda function. Planned again after it happened, the verb is NOTHING.

    Requests are native and without ``FunctionName``.

    Attributes:
        verb: CREATE, UPDATE or NOTHING.
        strategy: ``all_at_once``.
        alias_name: the alias that serves; it is moved to the published version.
        create_request: ``CreateFunction``, without our tags; it publishes nothing by itself.
        code_changed: ``code_request`` is to be sent.
        code_request: ``UpdateFunctionCode``.
        wanted_code_sha256: the ``CodeSha256`` that the function has then; None where nobody can know it.
        configuration_request: ``UpdateFunctionConfiguration`` with only what changes; None if nothing does.
        publish: a version is published and the alias is moved to it.
        create_alias: the alias does not live yet.
        served_version: what the alias points at now.
        concurrency: what changes in the reserved and the provisioned concurrency.
        deleted_versions: what is deleted once the alias has moved; see ``deleting_versions``.
        tags_to_set: for ``TagResource`` on a live function.
        tags_to_remove: for ``UntagResource`` on a live function.
        adopts: the live function carries no owner's tag; it gets none either, so that nobody deletes it.
    """

    target: LambdaTarget
    verb: Verb
    alias_name: str
    strategy: str = "all_at_once"
    create_request: Document | None = None
    code_changed: bool = False
    code_request: Document | None = None
    wanted_code_sha256: str | None = None
    configuration_request: Document | None = None
    publish: bool = False
    create_alias: bool = False
    served_version: str | None = None
    concurrency: ConcurrencyPlan = field(default_factory=ConcurrencyPlan)
    deleted_versions: tuple[str, ...] = ()
    tags_to_set: Mapping[str, str] = field(default_factory=dict)
    tags_to_remove: tuple[str, ...] = ()
    adopts: bool = False
    differences: tuple[Difference, ...] = ()
    steps: tuple[str, ...] = ()
    warnings: tuple[PlannedWarning, ...] = ()


def plan_lambda(
    desired: DesiredLambda,
    live: LambdaFunction | None,
    alias: LambdaAlias | None,
    live_alias_version: LambdaFunction | None,
    *,
    owner: str,
    previous: DesiredLambda | None = None,
    last_good_code_sha256: str | None = None,
    wanted_code_sha256: str | None = None,
    provisioned: ProvisionedConcurrency | None = None,
    force: bool = False,
) -> LambdaPlan:
    """Plan one Lambda function.

    ``live`` is ``$LATEST``, ``live_alias_version`` the version that ``alias`` serves. ``owner`` is the
    installation, the value of the tag ``gitmoxi:owner``. ``previous`` is what the last good deployment
    wanted and ``last_good_code_sha256`` the ``CodeSha256`` that it published: AWS does not say which object
    a .zip came from, so code is compared with these, or with ``wanted_code_sha256``, the hash that S3 tells
    of the wanted object. ``provisioned`` is the alias's provisioned concurrency. ``force`` sends code and
    publishes even where nothing differs.

    Raises:
        ReplacementNeededError: Lambda makes a change only by making the function anew.
        PlanningError: the wanted state cannot be reached; it says what would have to happen.
    """
    check_tags(desired)
    if live is None:
        return _creation(desired)
    hashes = KnownHashes(good=last_good_code_sha256, wanted=wanted_code_sha256)
    served = live_alias_version if alias is not None and alias.version != "$LATEST" else None
    compared = _compared(desired, live, alias, served, previous=previous, hashes=hashes, force=force)
    check_changeable(desired, live.configuration, everything=compared.differences)
    return _update(desired, live, alias, compared, provisioned=provisioned, previous=previous, owner=owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """The wanted function beside the live one; ``settings`` are the members of the configuration to send."""

    wanted: Document
    settings: list[str]
    code_changed: bool
    hashes: KnownHashes
    differences: tuple[Difference, ...]


def _compared(
    desired: DesiredLambda,
    live: LambdaFunction,
    alias: LambdaAlias | None,
    served: LambdaFunction | None,
    *,
    previous: DesiredLambda | None,
    hashes: KnownHashes,
    force: bool,
) -> _Comparison:
    wanted = wanted_function(desired, previous)
    configuration = diff_documents(wanted, readable_function(live, previous), rules=LAMBDA_RULES)
    code = code_difference(desired, live, served, previous=previous, hashes=hashes)
    behind = served_differences(wanted, live, alias, served, previous, alias_name=alias_of(desired))
    changed = {difference.field for difference in configuration}
    return _Comparison(
        wanted=wanted,
        settings=sorted(changed & CONFIGURATION_FIELDS),
        code_changed=force or code is not None or "Architectures" in changed,
        hashes=hashes,
        differences=all_differences(code, configuration, behind),
    )


def _creation(desired: DesiredLambda) -> LambdaPlan:
    alias_name = alias_of(desired)
    concurrency = plan_concurrency(desired, None, None, alias_name=alias_name)
    request: dict[str, Any] = {
        name: value
        for name, value in without_nulls(desired.function).items()
        if name not in {"FunctionName", "PublishTo"}
    }
    request |= {"Code": native_code(code_of(desired), desired.target), "Publish": False}
    return LambdaPlan(
        target=desired.target,
        verb=Verb.CREATE,
        alias_name=alias_name,
        create_request=request,
        code_changed=True,
        publish=True,
        create_alias=True,
        concurrency=concurrency,
        differences=(*_made(desired, alias_name), *concurrency.differences),
        steps=creation_steps(alias_name, concurrency),
        warnings=creation_warnings(desired),
    )


def _made(desired: DesiredLambda, alias_name: str) -> tuple[Difference, ...]:
    """Everything that the new function is made with."""
    return (
        alias_moves(MISSING, alias_name),
        code_place(MISSING, shown_code(code_of(desired)), path="Code"),
        *list_document(desired.function, rules=LAMBDA_RULES),
        *tag_changes(lambda_tags(desired.function), {}, {}).differences,
    )


def _update(
    desired: DesiredLambda,
    live: LambdaFunction,
    alias: LambdaAlias | None,
    compared: _Comparison,
    *,
    provisioned: ProvisionedConcurrency | None,
    previous: DesiredLambda | None,
    owner: str,
) -> LambdaPlan:
    concurrency = plan_concurrency(desired, live, provisioned, alias_name=alias_of(desired))
    publish = compared.code_changed or bool(compared.differences)
    tags = tag_changes(
        lambda_tags(desired.function), live.tags, lambda_tags(previous.function if previous else None)
    )
    adopts = adoption(live.tags, owner=owner, what=str(desired.target))
    fields = frozenset(difference.field for difference in compared.differences)
    held = live_concurrency(live, provisioned)
    differences = (*compared.differences, *tags.differences, *concurrency.differences)
    return LambdaPlan(
        target=desired.target,
        verb=Verb.UPDATE if publish or differences else Verb.NOTHING,
        alias_name=alias_of(desired),
        code_changed=compared.code_changed,
        code_request=code_request(desired, compared.wanted, live) if compared.code_changed else None,
        wanted_code_sha256=known_hash(native_code(code_of(desired), desired.target), compared.hashes),
        configuration_request=configuration_request(compared.wanted, live, compared.settings),
        publish=publish,
        create_alias=alias is None,
        served_version=alias.version if alias is not None else None,
        tags_to_set=tags.to_set,
        tags_to_remove=tags.to_remove,
        adopts=adopts,
        concurrency=concurrency,
        differences=differences,
        steps=update_steps(
            alias_of(desired),
            compared.settings,
            code_changed=compared.code_changed,
            publish=publish,
            create_alias=alias is None,
            tags=bool(tags.differences),
            concurrency=concurrency,
        ),
        warnings=update_warnings(desired, previous, alias, fields, adopts=adopts, live_concurrency=held),
    )


def deleting_versions(plan: LambdaPlan, versions: tuple[str, ...]) -> LambdaPlan:
    """The plan with the deletion of ``versions`` once the alias has moved; see ``superfluous_versions``."""
    if not plan.publish or not versions:
        return plan
    return replace(plan, deleted_versions=versions, steps=(*plan.steps, *deletion_steps(versions)))


def create_function_request(plan: LambdaPlan, *, owner: str, action_id: str) -> Document:
    """The ``CreateFunction`` request, with our tags.

    Raises:
        InvariantError: the plan creates nothing.
    """
    if plan.create_request is None:
        raise InvariantError(f"the plan for {plan.target} creates no function")
    ours = {OWNER_TAG: owner, ACTION_TAG: action_id}
    return {**plan.create_request, "Tags": merged_tags(lambda_tags(plan.create_request), ours)}
