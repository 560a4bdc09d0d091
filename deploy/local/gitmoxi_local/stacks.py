"""Installs CloudFormation templates into the running local cloud through its own CloudFormation."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

_NO_CHANGE = "No updates are to be performed"
_POLLS = 600
_POLL_SECONDS = 0.1
_OWN_URL = re.compile(r"http://127\.0\.0\.1:\d+")
_GOOD_ENDS = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


class StackError(RuntimeError):
    """A template could not be installed; the text names it and CloudFormation's reason."""


def install(
    *, endpoint: str, region: str, templates: Sequence[Path], parameters: Mapping[str, str]
) -> dict[str, str]:
    """Create or update a stack for each template, in order; returns all their outputs.

    URLs of an earlier run of the local cloud are turned to ``endpoint``, so that a kept state
    may be served on another port.

    Raises:
        StackError: if a template cannot be read, or a stack does not end well.
    """
    client = _client(endpoint, region)
    outputs: dict[str, str] = {}
    for template in templates:
        stack = _installed(client, template, parameters)
        for output in stack.get("Outputs", []):
            outputs[output["OutputKey"]] = _OWN_URL.sub(endpoint, output["OutputValue"])
    return outputs


def _installed(client: CloudFormationClient, template: Path, parameters: Mapping[str, str]) -> StackTypeDef:
    try:
        body = template.read_text(encoding="utf-8")
    except OSError as error:
        raise StackError(f"template {template} cannot be read: {error.strerror}") from error
    name = re.sub(r"[^A-Za-z0-9-]", "-", template.stem)
    try:
        declared = client.validate_template(TemplateBody=body).get("Parameters", [])
        wanted: list[ParameterTypeDef] = [
            {"ParameterKey": key, "ParameterValue": parameters[key]}
            for item in declared
            if (key := item.get("ParameterKey", "")) in parameters
        ]
        _submit(client, name, body, wanted)
        return _finished(client, name, template)
    except (ClientError, BotoCoreError) as error:
        raise StackError(f"template {template} was refused by CloudFormation: {error}") from error


def _submit(client: CloudFormationClient, name: str, body: str, parameters: list[ParameterTypeDef]) -> None:
    arguments: dict[str, Any] = {
        "StackName": name,
        "TemplateBody": body,
        "Parameters": parameters,
        "Capabilities": ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    if not _exists(client, name):
        client.create_stack(**arguments)
        return
    # The stubs promise a parsed document; the query protocol carries text.
    installed: object = client.get_template(StackName=name).get("TemplateBody")
    if installed == body:
        return
    try:
        client.update_stack(**arguments)
    except ClientError as error:
        if _NO_CHANGE not in str(error):
            raise


def _exists(client: CloudFormationClient, name: str) -> bool:
    try:
        stacks = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    return bool(stacks) and stacks[0]["StackStatus"] != "DELETE_COMPLETE"


def _finished(client: CloudFormationClient, name: str, template: Path) -> StackTypeDef:

    for _ in range(_POLLS):
        stack = client.describe_stacks(StackName=name)["Stacks"][0]
        status = stack["StackStatus"]
        if status in _GOOD_ENDS:
            return stack
        if not status.endswith("_IN_PROGRESS"):
            raise StackError(f"template {template}: stack {name} ended {status}: {_reasons(client, name)}")
        time.sleep(_POLL_SECONDS)
    raise StackError(
        f"template {template}: stack {name} is not complete after {_POLLS * _POLL_SECONDS:.0f} s"
    )


def _reasons(client: CloudFormationClient, name: str) -> str:
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [
        f"{event.get('LogicalResourceId')} ({event.get('ResourceType')}): {event['ResourceStatusReason']}"
        for event in reversed(events)
        if "FAILED" in event.get("ResourceStatus", "") and event.get("ResourceStatusReason")
    ]
    return "; ".join(reasons) or "CloudFormation gave no reason"


def _client(endpoint: str, region: str) -> CloudFormationClient:
    client: Any = botocore.session.get_session().create_client(
        "cloudformation",
        endpoint_url=endpoint,
        region_name=region,
        # The local cloud takes any key; the name tells the journal who called.
        aws_access_key_id="gitmoxi-installer",
        aws_secret_access_key=secrets.token_hex(16),
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=120),
    )
    typed: CloudFormationClient = client
    return typed
