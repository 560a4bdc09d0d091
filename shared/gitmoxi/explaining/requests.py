"""Requests that AWS refuses for what they ask, by error code or message."""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import CREATE_FUNCTION, CREATE_SERVICE, ECS_ERRORS, UPDATE_CODE, UPDATE_SERVICE


def _refused(id_: str, codes: str, cause: str, advice: str, source: str) -> Entry:
    """An entry by error ``codes``, parted by blanks."""
    return Entry(id=id_, cause=cause, advice=advice, source=source, codes=frozenset(codes.split()))


REQUEST_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="request.still-draining",
        cause="A service of this name is still being deleted.",
        advice=(
            "Retry once it is INACTIVE: `aws ecs wait services-inactive --cluster CLUSTER --services NAME`."
        ),
        source=CREATE_SERVICE,
        says=(("still draining",),),
    ),
    Entry(
        id="request.exists-already",
        cause="Something of this name exists already, and is not what the request describes.",
        advice="Import it with `gmctl init`, delete it, or choose another name.",
        source=CREATE_SERVICE,
        says=(
            ("not idempotent",),
            ("function already exist",),
            ("alias already exists",),
        ),
    ),
    Entry(
        id="request.in-progress",
        cause="Another change of the same resource is under way.",
        advice="Retry the deployment when it has ended.",
        source=UPDATE_CODE,
        says=(("an update is in progress",), ("cannot be performed at this time",)),
    ),
    _refused(
        "request.cluster-missing",
        "ClusterNotFoundException",
        "The cluster does not exist in this account and region.",
        "Correct cluster in the deployment definition, or create it.",
        CREATE_SERVICE,
    ),
    _refused(
        "request.service-missing",
        "ServiceNotFoundException ServiceNotActiveException",
        "The service does not exist any more, or is being deleted.",
        "Retry: the deployment then creates it anew.",
        UPDATE_SERVICE,
    ),
    _refused(
        "request.namespace-missing",
        "NamespaceNotFoundException",
        "The Cloud Map namespace of Service Connect does not exist.",
        "Correct serviceConnectConfiguration.namespace, or create it.",
        CREATE_SERVICE,
    ),
    _refused(
        "request.platform-unfit",
        "PlatformTaskDefinitionIncompatibilityException PlatformUnknownException",
        "The platform version of the service does not exist or does not fit the task definition.",
        "Set platformVersion to LATEST, or take out what the version cannot do.",
        CREATE_SERVICE,
    ),
    _refused(
        "request.unsupported",
        "UnsupportedFeatureException",
        "AWS does not offer this feature in the region.",
        "Take it out of the definition, or use another region.",
        CREATE_SERVICE,
    ),
    _refused(
        "request.blocked",
        "BlockedException OptInRequired",
        "AWS has blocked the account, or it is not signed up for the service.",
        "Ask AWS Support.",
        ECS_ERRORS,
    ),
    _refused(
        "request.changed-meanwhile",
        "PreconditionFailedException",
        "The function was changed by somebody else in the meantime.",
        "Retry the deployment: it reads the function again.",
        UPDATE_CODE,
    ),
    _refused(
        "request.conflict",
        "ResourceConflictException ConflictException ResourceInUseException UpdateInProgressException",
        "The resource is in a state that does not allow the call, or exists already.",
        "Retry the deployment when the other change has ended.",
        CREATE_FUNCTION,
    ),
    _refused(
        "request.not-found",
        "ResourceNotFoundException TargetNotFoundException TaskSetNotFoundException NoSuchEntity",
        "Something that the request names does not exist.",
        "AWS's words name it.",
        ECS_ERRORS,
    ),
    _refused(
        "request.invalid",
        "InvalidParameterException InvalidParameterValueException ClientException ValidationException "
        "ParamValidationError InvalidRequestContentException SerializationException",
        "AWS does not accept what the request asks.",
        "AWS's words name the field: correct it in the definition. `gmctl validate` finds most of these.",
        ECS_ERRORS,
    ),
)
