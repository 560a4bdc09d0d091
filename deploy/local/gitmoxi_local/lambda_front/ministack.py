"""What the front of Lambda reads and writes in ministack beside its HTTP face: functions and S3 objects."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from contextlib import AbstractContextManager
from typing import Any

from gitmoxi_local.ministack_seams import attribute

_LAMBDA = "ministack.services.lambda_svc"
_S3 = "ministack.services.s3"


def function(account: str, region: str, name: str) -> MutableMapping[str, Any] | None:
    """Ministack's live record of a function (``config``, ``versions``, ...); None if there is none."""
    with _scope(account, region):
        record: MutableMapping[str, Any] | None = attribute(_LAMBDA, "_functions").get(name)
    return record


def names(account: str, region: str) -> list[str]:
    """The names of ministack's functions in an account and region."""
    with _scope(account, region):
        return list(attribute(_LAMBDA, "_functions").keys())


def put(account: str, region: str, name: str, record: Mapping[str, Any]) -> None:
    """Make ministack run a function as ``record`` says (``config``, ``code_zip``, ``versions``, ...).

    Policies, event sources and what else ministack keeps beside them stay.
    """
    with _scope(account, region):
        functions = attribute(_LAMBDA, "_functions")
        before = functions.get(name)
        if before is None:
            functions[name] = {**_new_record(), **record}
            return
        runs_otherwise = before["config"] != record["config"]
        gone = before["versions"].keys() - record["versions"].keys()
        before.update(record)
        stale = (["$LATEST"] if runs_otherwise else []) + sorted(gone)
        for qualifier in stale:
            attribute(_LAMBDA, "invalidate_worker")(name, qualifier=qualifier, account=account, region=region)


def remove(account: str, region: str, name: str) -> None:
    """Take a function out of ministack, with whatever of it still runs."""
    with _scope(account, region):
        attribute(_LAMBDA, "_delete_function")(name, {})


def code_url(account: str, region: str, name: str) -> str:
    """Where ministack serves the code of a function's $LATEST."""
    with _scope(account, region):
        return str(attribute(_LAMBDA, "_presigned_code_url")(name))


def layer_size(account: str, region: str, arn: str) -> int | None:
    """The bytes of a layer's version, None if a function may not have it or it does not exist."""
    with _scope(account, region):
        version, refusal = attribute(_LAMBDA, "_resolve_layer_version_for_attachment")(arn)
    return None if refusal is not None else int(version.get("Content", {}).get("CodeSize", 0))


def bucket_region(account: str, bucket: str) -> str | None:
    """The region that a bucket of an account lies in, None if there is none of that name."""
    with _scope(account, ""):
        region: str | None = attribute(_S3, "bucket_region")(bucket)
    return region


def s3_object(account: str, bucket: str, key: str, version: str | None) -> bytes | None:
    """An object's content, None if there is none of that key and version."""
    with _scope(account, ""):
        content: bytes | None = attribute(_S3, "_get_object_data")(bucket, key, version_id=version)
    return content


def _new_record() -> dict[str, Any]:
    """What ministack keeps of a function beside its code and configuration, as CreateFunction makes it."""
    return {
        "policy": {"Version": "2012-10-17", "Id": "default", "Statement": []},
        "event_invoke_config": None,
        "event_invoke_configs": {},
        "provisioned_concurrency": {},
    }


def _scope(account: str, region: str) -> AbstractContextManager[Any]:
    scope: AbstractContextManager[Any] = attribute("ministack.core.responses", "request_scope")(
        account, region
    )
    return scope
