"""From a wanted and a live Lambda function to the plan that makes the one of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gitmoxi.domain.deployments import Verb
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
    general_warnings,
    native_code,
    update_warnings,
)
from gitmoxi.planning.lambda_code import code_difference
from gitmoxi.planning.lambda_rules import (
    CONFIGURATION_FIELDS,
    LAMBDA_RULES,
    comparable_function,
    resets,
)
from gitmoxi.planning.removals import with_removals
from gitmoxi.planning.tags import adoption, lambda_tags, merged_tags, tag_changes
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction


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
        configuration_request: ``UpdateFunctionConfiguration`` with only what changes; None if nothing does.
        publish: a version is published and the alias is moved to it.
        create_alias: the alias does not live yet.
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
    configuration_request: Document | None = None
    publish: bool = False
    create_alias: bool = False
    tags_to_set: Mapping[str, str] = field(default_factory=dict)
    tags_to_remove: tuple[str, ...] = ()
    adopts: bool = False
    differences: tuple[Difference, ...] = ()
    steps: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def plan_lambda(
    desired: DesiredLambda,
    live: LambdaFunction | None,
    alias: LambdaAlias | None,
    live_alias_version: LambdaFunction | None,
    *,
    owner: str,
    previous: DesiredLambda | None = None,
    last_good_code_sha256: str | None = None,
    force: bool = False,
) -> LambdaPlan:
    """Plan one Lambda function.

    ``live`` is ``$LATEST``, ``live_alias_version`` the version that ``alias`` serves. ``owner`` is the
    installation, the value of the tag ``gitmoxi:owner``. ``previous`` is what the last good deployment
    wanted and ``last_good_code_sha256`` the ``CodeSha256`` that it published: AWS does not say which object
    a .zip came from, so code is compared with these. ``force`` sends code and publishes even where nothing
    differs.

    Raises:
        PlanningError: the wanted state cannot be reached; it says what would have to happen.
    """
    check_tags(desired)
    if live is None:
        return _creation(desired)
    check_changeable(desired, live.configuration)
    served = live_alias_version if alias is not None and alias.version != "$LATEST" else None
    wanted = _wanted(desired, previous)
    configuration = diff_documents(wanted, _readable(live, previous), rules=LAMBDA_RULES)
    code = code_difference(desired, live, served, previous=previous, good_sha256=last_good_code_sha256)
    changed = {difference.field for difference in configuration}
    return _update(
        desired,
        live,
        alias,
        wanted=wanted,
        settings=sorted(changed & CONFIGURATION_FIELDS),
        code_changed=force or code is not None or "Architectures" in changed,
        differences=_all_differences(code, configuration, _behind(wanted, live, alias, served, previous)),
        previous=previous,
        owner=owner,
    )


def _creation(desired: DesiredLambda) -> LambdaPlan:
    alias_name = alias_of(desired)
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
        steps=("create the function", "publish a version", f"create the alias {alias_name} on it"),
        warnings=tuple(general_warnings(desired)),
    )


def _update(
    desired: DesiredLambda,
    live: LambdaFunction,
    alias: LambdaAlias | None,
    *,
    wanted: Document,
    settings: list[str],
    code_changed: bool,
    differences: tuple[Difference, ...],
    previous: DesiredLambda | None,
    owner: str,
) -> LambdaPlan:
    publish = code_changed or bool(differences)
    tags = tag_changes(
        lambda_tags(desired.function), live.tags, lambda_tags(previous.function if previous else None)
    )
    adopts = adoption(live.tags, owner=owner, what=str(desired.target))
    nothing = not publish and not tags.differences
    return LambdaPlan(
        target=desired.target,
        verb=Verb.NOTHING if nothing else Verb.UPDATE,
        alias_name=alias_of(desired),
        code_changed=code_changed,
        code_request=_code_request(desired, wanted, live) if code_changed else None,
        configuration_request=_configuration_request(wanted, live, settings),
        publish=publish,
        create_alias=alias is None,
        tags_to_set=tags.to_set,
        tags_to_remove=tags.to_remove,
        adopts=adopts,
        differences=(*differences, *tags.differences),
        steps=_steps(
            alias_of(desired),
            settings,
            code_changed=code_changed,
            publish=publish,
            create_alias=alias is None,
            tags=bool(tags.differences),
        ),
        warnings=tuple(
            update_warnings(desired, previous, alias, {d.field for d in differences}, adopts=adopts)
        ),
    )


def _wanted(desired: DesiredLambda, previous: DesiredLambda | None) -> Document:
    """The function's document, with what left it reset."""
    wanted = with_removals(
        desired.function,
        previous.function if previous else None,
        resets(desired.function, desired.target.function_name),
    )
    if "Environment" in wanted:
        # Without Variables, UpdateFunctionConfiguration keeps the old ones.
        wanted["Environment"] = {"Variables": {}, **wanted["Environment"]}
    return wanted


def _readable(live: LambdaFunction, previous: DesiredLambda | None) -> Document:
    """The live document; variables that Lambda could not decrypt are taken to be those last wanted."""
    document = dict(comparable_function(live))
    if (live.configuration.get("Environment") or {}).get("Error") and previous is not None:
        document["Environment"] = previous.function.get("Environment") or {}
    return document


def _behind(
    wanted: Document,
    live: LambdaFunction,
    alias: LambdaAlias | None,
    served: LambdaFunction | None,
    previous: DesiredLambda | None,
) -> tuple[Difference, ...]:
    """How what the alias serves differs from what is wanted, whatever ``$LATEST`` is."""
    if served is None:
        before = MISSING if alias is None else f"version {alias.version}"
        return (Difference(path="alias", before=before, after="a newly published version"),)
    differences = [
        difference
        for difference in diff_documents(wanted, _readable(served, previous), rules=LAMBDA_RULES)
        if difference.field != "Description"  # A version may carry its own.
    ]
    if served.code_sha256 != live.code_sha256:
        differences.append(Difference(path="CodeSha256", before=served.code_sha256, after=live.code_sha256))
    return tuple(differences)


def _all_differences(
    code: Difference | None, latest: tuple[Difference, ...], served: tuple[Difference, ...]
) -> tuple[Difference, ...]:
    """Each place once; where both differ from what is wanted, people want to see what is served."""
    by_path = {difference.path: difference for difference in (*latest, *served)}
    if code is not None:
        by_path.pop("CodeSha256", None)
        by_path[code.path] = code
    return tuple(by_path[path] for path in sorted(by_path))


def _code_request(desired: DesiredLambda, wanted: Document, live: LambdaFunction) -> Document:
    request = native_code(code_of(desired), desired.target)
    architectures = wanted.get("Architectures") or live.configuration.get("Architectures")
    return {**request, **({"Architectures": list(architectures)} if architectures else {}), "Publish": False}


def _configuration_request(wanted: Document, live: LambdaFunction, settings: list[str]) -> Document | None:
    request = {name: wanted[name] for name in settings}
    if "LoggingConfig" in request:
        request["LoggingConfig"] = _logging(
            request["LoggingConfig"], live.configuration.get("LoggingConfig") or {}
        )
    return request or None


def _logging(wanted: Document, live: Document) -> Document:
    """Lambda replaces the whole object, so what is kept has to be sent again; levels belong to a format."""
    same_format = wanted.get("LogFormat", live.get("LogFormat")) == live.get("LogFormat")
    kept = live if same_format else {name: live[name] for name in ("LogGroup",) if name in live}
    return {**kept, **wanted}


def _steps(
    alias_name: str,
    settings: list[str],
    *,
    code_changed: bool,
    publish: bool,
    create_alias: bool,
    tags: bool,
) -> tuple[str, ...]:
    steps = (
        ("update the code", code_changed),
        (f"update the configuration: {', '.join(settings)}", bool(settings)),
        ("publish a version", publish),
        (f"create the alias {alias_name} on it", publish and create_alias),
        (f"move the alias {alias_name} to it (all at once)", publish and not create_alias),
        ("set the function's tags", tags),
    )
    return tuple(text for text, applies in steps if applies)


def create_function_request(plan: LambdaPlan, *, owner: str, action_id: str) -> Document:
    """The ``CreateFunction`` request, with our tags.

    Raises:
        InvariantError: the plan creates nothing.
    """
    if plan.create_request is None:
        raise InvariantError(f"the plan for {plan.target} creates no function")
    ours = {OWNER_TAG: owner, ACTION_TAG: action_id}
    return {**plan.create_request, "Tags": merged_tags(lambda_tags(plan.create_request), ours)}
