"""A small model of AWS Lambda's control plane, as strict as the API about revisions, versions and aliases.

Refusals come from ``gitmoxi_local.lambda_strict.rules``, which cites the API pages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gitmoxi_local.aws_model.base import AwsError, Clock
from gitmoxi_local.lambda_strict import rules

Doc = dict[str, Any]

SETTLES_AFTER = timedelta(seconds=2)
DELETED_AFTER = timedelta(seconds=3)
PAGE = 2

_SETTINGS = ("Runtime", "Handler", "Role", "Timeout", "MemorySize", "Environment", "Description")


class LambdaModel:
    """Functions of one account and region; a code key with ``broken`` and a variable ``BROKEN`` fail."""

    def __init__(self, clock: Clock, arn_prefix: str) -> None:
        self._clock = clock
        self._arn_prefix = arn_prefix
        self._functions: dict[str, Doc] = {}
        self._revisions = 0

    def call(self, operation: str, params: Mapping[str, Any]) -> Doc:
        name = params.get("FunctionName") or str(params["Resource"]).rpartition(":")[2]
        record = self._settled(str(name))
        if operation == "CreateFunction":
            return self._create(record, params)
        if record is None:
            raise AwsError("ResourceNotFoundException", f"Function not found: {self._arn_prefix}{name}", 404)
        if record["gone_at"] is not None and operation != "GetFunction":
            raise AwsError("ResourceConflictException", "The function is currently being deleted.", 409)
        answer: Doc = getattr(self, f"_{operation}")(record, params)
        return json.loads(json.dumps(answer))

    def exists(self, name: str) -> bool:
        return self._settled(name) is not None

    def published(self, name: str) -> list[str]:
        """The numbers of the versions that are left, oldest first."""
        return list(self._functions[name]["versions"])

    def forget_alias(self, name: str, alias: str) -> None:
        """Somebody deletes an alias."""
        del self._functions[name]["aliases"][alias]

    def keep_version(self, name: str, version: str) -> None:
        """Somebody's alias points at a version, so that nobody can delete it."""
        self.call(
            "CreateAlias", {"FunctionName": name, "Name": f"keep-{version}", "FunctionVersion": version}
        )

    def publish_behind_us(self, name: str, alias: str) -> None:
        """Somebody publishes a version of his own, and sends the traffic there."""
        record = self._functions[name]
        record["newest"] += 1
        number = str(record["newest"])
        record["versions"][number] = {"config": {**record["config"], "Version": number}}
        record["aliases"][alias]["FunctionVersion"] = number

    def _settled(self, name: str) -> Doc | None:
        record = self._functions.get(name)
        if record is None:
            return None
        if record["gone_at"] is not None and self._clock.now() >= record["gone_at"]:
            del self._functions[name]
            return None
        due: datetime | None = record["due"]
        if due is not None and self._clock.now() >= due:
            record["due"] = None
            self._settle(record)
        return record

    def _settle(self, record: Doc) -> None:
        config, broken = record["config"], record["broken"]
        creating = config["State"] == "Pending"
        if creating:
            config["State"] = "Failed" if broken else "Active"
            config["StateReason"] = "The image or archive cannot be used." if broken else ""
        config["LastUpdateStatus"] = "Failed" if broken else "Successful"
        config["LastUpdateStatusReason"] = "The image or archive cannot be used." if broken else ""
        self._renew(config)

    def _renew(self, document: Doc) -> None:
        self._revisions += 1
        document["RevisionId"] = f"revision-{self._revisions}"

    def _create(self, record: Doc | None, params: Mapping[str, Any]) -> Doc:
        name = str(params["FunctionName"])
        if record is not None:
            raise AwsError("ResourceConflictException", f"Function already exist: {name}", 409)
        config = {
            "FunctionName": name,
            "FunctionArn": f"{self._arn_prefix}{name}",
            "Version": "$LATEST",
            "PackageType": "Zip",
            "Timeout": 3,
            "MemorySize": 128,
            "Description": "",
            "Architectures": ["x86_64"],
            "State": "Pending",
            "LastUpdateStatus": "InProgress",
        } | {member: params[member] for member in _SETTINGS if member in params}
        record = {
            "config": config,
            "versions": {},
            "aliases": {},
            "policy": {},
            "newest": 0,
            "tags": dict(params.get("Tags", {})),
            "due": None,
            "gone_at": None,
            "broken": False,
        }
        self._functions[name] = record
        self._set_code(record, params["Code"])
        self._begin(record)
        return dict(config)

    def _set_code(self, record: Doc, code: Mapping[str, Any]) -> None:
        text = json.dumps(
            {member: str(code[member]) for member in ("S3Bucket", "S3Key", "ZipFile") if member in code}
        )
        record["config"]["CodeSha256"] = hashlib.sha256(text.encode()).hexdigest()
        record["code"] = text

    def _begin(self, record: Doc) -> None:
        variables = (record["config"].get("Environment") or {}).get("Variables") or {}
        record["broken"] = "broken" in record["code"] or "BROKEN" in variables
        record["config"]["LastUpdateStatus"] = "InProgress"
        record["due"] = self._clock.now() + SETTLES_AFTER
        self._renew(record["config"])

    def _GetFunction(self, record: Doc, params: Mapping[str, Any]) -> Doc:  # noqa: N802 - named as AWS names it
        qualifier = str(params.get("Qualifier", "$LATEST"))
        config = dict(self._at(record, qualifier))
        if record["gone_at"] is not None:
            config["State"] = "Deleting"
        return {"Configuration": config, "Code": {"RepositoryType": "S3"}, "Tags": record["tags"]}

    def _at(self, record: Doc, qualifier: str) -> Doc:
        if qualifier == "$LATEST":
            found: Doc = record["config"]
            return found
        if qualifier not in record["versions"]:
            raise AwsError("ResourceNotFoundException", f"Function not found: {qualifier}", 404)
        published: Doc = record["versions"][qualifier]["config"]
        return published

    def _ListVersionsByFunction(self, record: Doc, params: Mapping[str, Any]) -> Doc:  # noqa: N802 - AWS's name
        listed = [record["config"], *(version["config"] for version in record["versions"].values())]
        start = int(params.get("Marker", "0"))
        more = {"NextMarker": str(start + PAGE)} if start + PAGE < len(listed) else {}
        return {"Versions": listed[start : start + PAGE], **more}

    def _GetAlias(self, record: Doc, params: Mapping[str, Any]) -> Doc:  # noqa: N802 - AWS's name
        alias = record["aliases"].get(params["Name"])
        if alias is None:
            raise AwsError("ResourceNotFoundException", f"Cannot find alias: {params['Name']}", 404)
        found: Doc = alias
        return found

    def _UpdateFunctionCode(self, record: Doc, params: Mapping[str, Any]) -> Doc:  # noqa: N802 - AWS's name
        rules.not_busy(record)
        rules.revision_matches(params, record["config"])
        if str(params.get("S3Key", "")).startswith("missing"):
            raise AwsError("InvalidParameterValueException", f"S3 Error Code: NoSuchKey: {params['S3Key']}")
        self._set_code(record, params)
        self._begin(record)
        return dict(record["config"])

    def _UpdateFunctionConfiguration(self, record: Doc, params: Mapping[str, Any]) -> Doc:  # noqa: N802 - AWS's name
        rules.not_busy(record)
        rules.revision_matches(params, record["config"])
        record["config"] |= {member: params[member] for member in _SETTINGS if member in params}
        self._begin(record)
        return dict(record["config"])

    def _PublishVersion(self, record: Doc, params: Mapping[str, Any]) -> Doc:  # noqa: N802 - AWS's name
        rules.not_busy(record)
        rules.revision_matches(params, record["config"])
        rules.code_hash_matches(params, record)
        same = rules.unchanged_version(record)
        if same is not None:
            return dict(record["versions"][same]["config"])
        record["newest"] += 1
        number = str(record["newest"])
        config = {**record["config"], "Version": number}
        record["versions"][number] = {"config": config, "latest_description": config.get("Description", "")}
        self._renew(record["config"])
        return dict(config)

    def _CreateAlias(self, record: Doc, params: Mapping[str, Any]) -> Doc:  # noqa: N802 - AWS's name
        if params["Name"] in record["aliases"]:
            raise AwsError("ResourceConflictException", f"Alias already exists: {params['Name']}", 409)
        rules.alias_can_point(record, params, None)
        alias = {"Name": params["Name"], "FunctionVersion": params["FunctionVersion"]}
        self._renew(alias)
        record["aliases"][params["Name"]] = alias
        return dict(alias)

    def _UpdateAlias(self, record: Doc, params: Mapping[str, Any]) -> Doc:  # noqa: N802 - AWS's name
        alias = self._GetAlias(record, params)
        rules.revision_matches(params, alias)
        rules.alias_can_point(record, params, alias)
        alias["FunctionVersion"] = params.get("FunctionVersion", alias["FunctionVersion"])
        if "RoutingConfig" in params:
            alias["RoutingConfig"] = params["RoutingConfig"]
        self._renew(alias)
        return dict(alias)

    def _DeleteFunction(self, record: Doc, params: Mapping[str, Any]) -> Doc:  # noqa: N802 - AWS's name
        qualifier = params.get("Qualifier")
        if qualifier is None:
            record["gone_at"] = self._clock.now() + DELETED_AFTER
            return {}
        rules.deletable(record, qualifier)
        self._at(record, qualifier)
        used = [name for name, alias in record["aliases"].items() if alias["FunctionVersion"] == qualifier]
        if used:
            raise AwsError(
                "ResourceConflictException", f"Unable to delete version because of aliases {used}", 409
            )
        del record["versions"][qualifier]
        return {}

    def _TagResource(self, record: Doc, params: Mapping[str, Any]) -> Doc:  # noqa: N802 - AWS's name
        record["tags"] |= params["Tags"]
        return {}

    def _UntagResource(self, record: Doc, params: Mapping[str, Any]) -> Doc:  # noqa: N802 - AWS's name
        for key in params["TagKeys"]:
            record["tags"].pop(key, None)
        return {}
