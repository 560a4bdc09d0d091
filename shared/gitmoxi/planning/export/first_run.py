"""What the first dry run of exported files is going to show: the files rendered, validated and planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.rendered import RenderedObject
from gitmoxi.domain.targets import OWNER_TAG, EcsTarget, LambdaTarget, TargetKind
from gitmoxi.errors import PermanentError, RetryableError
from gitmoxi.planning.aws_lambda import LambdaPlan, plan_lambda
from gitmoxi.planning.desired import DesiredEcs, DesiredLambda
from gitmoxi.planning.ecs import EcsPlan, plan_ecs
from gitmoxi.planning.export.files import ExportedFile
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition
from gitmoxi.rendering.objects import render_object
from gitmoxi.validation.ecs_service import validate_ecs
from gitmoxi.validation.lambda_function import validate_lambda

_NOBODY = "gitmoxi"


def ecs_first_run(
    target: EcsTarget,
    files: Iterable[ExportedFile],
    service: EcsService,
    task_definition: EcsTaskDefinition | None,
) -> tuple[str, ...]:
    """What differs, or why nothing can be planned; empty: the first dry run shows an empty diff."""
    try:
        validated = validate_ecs(_rendered(target.name, files, TargetKind.ECS))
        desired = DesiredEcs(
            target=target,
            service=validated.service,
            task_definition=validated.task_definition,
            settings=validated.settings.model_dump(mode="json", by_alias=True),
        )
        return _shown(plan_ecs(desired, service, task_definition, owner=_owner(service.tags)))
    except (PermanentError, RetryableError) as error:
        return tuple(str(error).splitlines())


def lambda_first_run(
    target: LambdaTarget,
    files: Iterable[ExportedFile],
    live: LambdaFunction,
    alias: LambdaAlias | None,
    served: LambdaFunction | None,
    *,
    code_sha256: str | None,
) -> tuple[str, ...]:
    """As ``ecs_first_run``; ``code_sha256`` is what S3 says of the object that the file names."""
    try:
        validated = validate_lambda(_rendered(target.name, files, TargetKind.LAMBDA))
        desired = DesiredLambda(
            target=target,
            function=validated.function,
            settings=validated.settings.model_dump(mode="json", by_alias=True),
        )
        plan = plan_lambda(
            desired, live, alias, served, owner=_owner(live.tags), wanted_code_sha256=code_sha256
        )
        return _shown(plan)
    except (PermanentError, RetryableError) as error:
        return tuple(str(error).splitlines())


def _rendered(prefix: str, files: Iterable[ExportedFile], kind: TargetKind) -> RenderedObject:
    contents = {f"{prefix}{file.kind.suffix}": file.text.encode() for file in files}
    return render_object(prefix=prefix, kind=kind, files=contents, references={})


def _shown(plan: EcsPlan | LambdaPlan) -> tuple[str, ...]:
    if plan.verb is Verb.NOTHING:
        return ()
    return tuple(f"{one.document} {one}" for one in plan.differences) or tuple(plan.steps)


def _owner(tags: Mapping[str, str]) -> str:
    """The installation that the target belongs to; a target of nobody is adopted by anyone."""
    return tags.get(OWNER_TAG) or _NOBODY
