"""Failures of Lambda functions that are explained: the explanation, AWS's words and the advice of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from gitmoxi.domain.states import State
from gitmoxi.planning.desired import DesiredLambda
from tests.simulation.lambda_scenarios import (
    CODE,
    CONFIGURATION,
    CREATE,
    DELETE,
    FUNCTION,
    ended,
    greet,
    pushing,
    serving,
)
from tests.simulation.matrix import (
    Befalls,
    Case,
    Impossible,
    Row,
    Rows,
    allowing,
    never,
    nothing,
    refusing,
)
from tests.simulation.matrix_lambda import (
    ACCESS,
    BACK,
    CREATED,
    DELETED,
    NEW,
    NO_PACKAGE,
    ONE,
    REGISTRY,
    REMOVED,
    TARGET,
    UPDATED,
    fault,
    spoilt,
)
from tests.simulation.test_explanations import denied
from tests.simulation.world import World

OTHER_ROLE = "arn:aws:iam::111122223333:role/other"
KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd"
NETWORK = {"VpcConfig": {"SubnetIds": ["subnet-0abc"], "SecurityGroupIds": ["sg-0abc"]}}
NO_TASKS = Impossible("A function has no tasks and no containers that are watched.")
READ_LATER = Impossible(
    "A function reads secrets and writes logs when it is invoked, not when it is deployed."
)


def boxed(image: str, **members: Any) -> DesiredLambda:
    """The function as a container image."""
    document = {name: value for name, value in FUNCTION.items() if name not in {"Runtime", "Handler"}}
    code = {"PackageType": "Image", "Code": {"ImageUri": f"{REGISTRY}{image}"}}
    return replace(greet(), function={**document, **code, **members})


async def serving_image(world: World) -> None:
    await ended(world, boxed("greet-1"))


def refused(
    befalls: Befalls,
    *,
    explained: str,
    told: tuple[str, ...],
    wish: DesiredLambda = NEW,
    prepare: Callable[[World], Awaitable[None]] = serving,
) -> Row:
    """A first request that AWS refuses changes nothing."""
    case = Case(
        prepare=nothing,
        push=pushing(wish),
        befalls=befalls,
        ends=(State.FAILED,),
        explained=explained,
        told=told,
        mutations=(),
    )
    return {"create": case, "update": replace(case, prepare=prepare, live=ONE), "delete": NO_PACKAGE}


def at_first(code: str, message: str, later: str = CODE) -> Befalls:
    """AWS refuses the creation, and the request of an update that sends the same."""

    def befall(world: World) -> None:
        refusing(CREATE, code, message)(world)
        refusing(later, code, message)(world)

    return befall


def failing(reason_code: str, reason: str = "") -> Befalls:
    return fault("change_fails", match="greet-2.zip", reason_code=reason_code, reason=reason)


ROWS: Rows = {
    "image not found": refused(
        fault("image_missing", match="greet-2"),
        wish=boxed("greet-2"),
        prepare=serving_image,
        explained="function.image-missing",
        told=("does not exist. Provide a valid source image", "greet:greet-2"),
    ),
    "image denied": refused(
        fault("image_denied", match="greet-2"),
        wish=boxed("greet-2"),
        prepare=serving_image,
        explained="function.image-denied",
        told=("Lambda does not have permission", "ecr:BatchGetImage"),
    ),
    "image for another platform": refused(
        fault("image_unsupported", match="greet-2"),
        wish=boxed("greet-2"),
        prepare=serving_image,
        explained="function.image-unsupported",
        told=("media type",),
    ),
    "no free addresses": spoilt(
        failing("SubnetOutOfIPAddresses"),
        explained="function.no-free-addresses",
        told=("VpcConfig.SubnetIds",),
    ),
    "role missing": refused(
        fault("role_not_assumable"),
        wish=greet(Role=OTHER_ROLE),
        explained="role.function-role-cannot-be-assumed",
        told=("cannot be assumed by Lambda", "lambda.amazonaws.com"),
    ),
    "role not passable": refused(
        at_first(ACCESS, denied("iam:PassRole", OTHER_ROLE), CONFIGURATION),
        wish=greet(Role=OTHER_ROLE),
        explained="role.not-passable",
        told=(OTHER_ROLE, '"iam:PassedToService": ["lambda.amazonaws.com"]'),
    ),
    "secret unreadable": never(READ_LATER),
    "log group missing": never(READ_LATER),
    "container exited": never(NO_TASKS),
    "out of memory": never(NO_TASKS),
    "container unhealthy": never(NO_TASKS),
    "target unhealthy": never(NO_TASKS),
    "no capacity": never(NO_TASKS),
    "quota": {
        "create": replace(
            REMOVED,
            push=pushing(greet("greet-2.zip", settings={"reservedConcurrency": 950})),
            explained="quota.unreserved-concurrency",
            told=("UnreservedConcurrentExecution", "Lower reservedConcurrency"),
        ),
        "update": replace(
            BACK,
            push=pushing(greet("greet-2.zip", settings={"reservedConcurrency": 950})),
            explained="quota.unreserved-concurrency",
            told=("UnreservedConcurrentExecution", "Lower reservedConcurrency"),
        ),
        "delete": NO_PACKAGE,
    },
    "access denied": {
        "create": replace(
            CREATED,
            befalls=refusing(CREATE, ACCESS, denied("lambda:CreateFunction", TARGET.function_arn)),
            ends=(State.FAILED,),
            explained="access.denied",
            told=(allowing("lambda:CreateFunction", TARGET.function_arn),),
            mutations=(),
            live=(),
        ),
        "update": replace(
            UPDATED,
            befalls=refusing(CODE, ACCESS, denied("lambda:UpdateFunctionCode", TARGET.function_arn)),
            ends=(State.FAILED,),
            explained="access.denied",
            told=(allowing("lambda:UpdateFunctionCode", TARGET.function_arn),),
            mutations=(),
            live=ONE,
        ),
        "delete": replace(
            DELETED,
            befalls=refusing(DELETE, ACCESS, denied("lambda:DeleteFunction", TARGET.function_arn)),
            ends=(State.FAILED,),
            explained="access.denied",
            told=(allowing("lambda:DeleteFunction", TARGET.function_arn),),
            mutations=(),
            live=ONE,
        ),
    },
    "code missing": refused(
        lambda _: None,
        wish=greet("missing.zip"),
        explained="code.object-missing",
        told=("NoSuchKey", "S3Key"),
    ),
    "VPC": refused(
        fault("subnet_missing"),
        wish=greet(**NETWORK),
        explained="network.subnet-not-found",
        told=("subnet-0abc",),
    ),
    "KMS": refused(
        fault("key_unusable"),
        wish=greet(KMSKeyArn=KEY),
        explained="function.key-unusable",
        told=("KMS key is invalid for CreateGrant",),
    ),
    "storage full": refused(
        fault("storage_full"),
        explained="quota.code-storage",
        told=("Code storage limit exceeded", "old versions"),
    ),
    "handler cannot be imported": spoilt(
        failing("FunctionError", "Runtime.ImportModuleError: Unable to import module 'app'"),
        explained="handler.import-error",
        told=("Runtime.ImportModuleError",),
    ),
}
