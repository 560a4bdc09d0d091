"""What AWS Lambda's control plane is asked, and what its answers mean for the Lambda port."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.errors import error_code, translate
from gitmoxi.domain.targets import LambdaTarget
from gitmoxi.errors import GitmoxiError
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction, ProvisionedConcurrency


def request_of(target: LambdaTarget, **members: Any) -> dict[str, Any]:
    """A request for the target's function, of the members that are not None."""
    given = {name: value for name, value in members.items() if value is not None}
    return {"FunctionName": target.function_name, **given}


def is_not_found(error: ClientError) -> bool:
    """Whether the function, version, alias or setting that was asked about does not exist."""
    return error_code(error) == "ResourceNotFoundException"


def unreadable_tags(error: Mapping[str, str]) -> GitmoxiError:
    """What ``GetFunction`` says, amid a good answer, about tags that it could not read."""
    refusal = ClientError({"Error": {"Code": error["ErrorCode"], "Message": error["Message"]}}, "ListTags")
    return translate("lambda:ListTags", refusal, mutation=False)


def configured(answer: Mapping[str, Any]) -> LambdaFunction:
    """The function that a change answers with: its configuration without the envelope."""
    return LambdaFunction(
        configuration={name: value for name, value in answer.items() if name != "ResponseMetadata"}
    )


def alias_of(answer: Mapping[str, Any]) -> LambdaAlias:
    """An AliasConfiguration."""
    return LambdaAlias(
        name=answer["Name"],
        version=answer["FunctionVersion"],
        revision_id=answer.get("RevisionId", ""),
        weights=dict(answer.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})),
    )


def provisioned_of(item: Mapping[str, Any]) -> ProvisionedConcurrency:
    """A ProvisionedConcurrencyConfigListItem."""
    return ProvisionedConcurrency(
        requested=item.get("RequestedProvisionedConcurrentExecutions", 0),
        allocated=item.get("AllocatedProvisionedConcurrentExecutions", 0),
        status=item.get("Status", ""),
        reason=item.get("StatusReason", ""),
    )
