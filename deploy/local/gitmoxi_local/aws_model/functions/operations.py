"""The operations of the modelled Lambda."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.functions import (
    aliases,
    concurrency,
    creating,
    provisioning,
    publishing,
    reading,
    tags,
    updating,
)
from gitmoxi_local.aws_model.functions.state import Doc
from gitmoxi_local.aws_model.functions.world import World

Operation = Callable[[World, CallContext, Mapping[str, Any]], Doc]

OPERATIONS: Mapping[str, Operation] = {
    "CreateAlias": aliases.create,
    "CreateFunction": creating.create,
    "DeleteAlias": aliases.delete,
    "DeleteFunction": creating.delete,
    "DeleteFunctionConcurrency": concurrency.delete,
    "DeleteProvisionedConcurrencyConfig": provisioning.delete,
    "GetAccountSettings": concurrency.account_settings,
    "GetAlias": aliases.get,
    "GetFunction": reading.get,
    "GetFunctionConcurrency": concurrency.get,
    "GetFunctionConfiguration": reading.get_configuration,
    "GetProvisionedConcurrencyConfig": provisioning.get,
    "ListAliases": aliases.listing,
    "ListFunctions": reading.listing,
    "ListProvisionedConcurrencyConfigs": provisioning.listing,
    "ListTags": tags.listing,
    "ListVersionsByFunction": reading.versions,
    "PublishVersion": publishing.publish_version,
    "PutFunctionConcurrency": concurrency.put,
    "PutProvisionedConcurrencyConfig": provisioning.put,
    "TagResource": tags.tag,
    "UntagResource": tags.untag,
    "UpdateAlias": aliases.update,
    "UpdateFunctionCode": updating.code,
    "UpdateFunctionConfiguration": updating.settings,
}
