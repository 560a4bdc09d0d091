"""Rules on what a function writes to, and on the keys that encrypt it: dead letters, logs, KMS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.function_rules.pages import api, guide
from gitmoxi.validation.function_rules.subject import Function, runs_on_managed_instances
from gitmoxi.validation.placeholders import has_placeholder
from gitmoxi.validation.reading import object_at, text_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.sources import shown

_KEYS: Final = (("KMSKeyArn",), ("Code", "SourceKMSKeyArn"), ("DurableConfig", "KMSKeyArn"))


def service_of(arn: str) -> str:
    """The service that an ARN names; empty for what is no ARN, or still holds a placeholder."""
    parts = arn.split(":", 5)
    return parts[2] if len(parts) > 2 and parts[0] == "arn" and not has_placeholder(arn) else ""  # noqa: PLR2004 - the place of the service in an ARN


@rule(
    "function.dead-letter",
    summary="The dead-letter target is a standard queue of SQS or a standard topic of SNS.",
    source=guide("invocation-async-retain-records"),
    advice="write the ARN of a standard queue or topic",
)
def _dead_letters_can_be_sent(function: Function) -> Iterator[Problem]:
    arn = text_at(function, "DeadLetterConfig", "TargetArn") or ""
    service = service_of(arn)
    if service and service not in {"sqs", "sns"}:
        message = f"Lambda sends dead letters to SQS and SNS, not to {service}"
    elif service and arn.endswith(".fifo"):
        message = "Lambda sends no dead letters to FIFO queues and topics"
    else:
        return
    yield Problem(at=("DeadLetterConfig", "TargetArn"), message=message, found=shown(arn))


@rule(
    "function.log-level-needs-json",
    summary="Log levels are filtered only where LogFormat is JSON.",
    source=api("LoggingConfig"),
    advice='write "LogFormat": "JSON", or remove the level',
)
def _log_levels_have_json(function: Function) -> Iterator[Problem]:
    log_format = text_at(function, "LoggingConfig", "LogFormat")
    if log_format == "JSON" or (log_format is None and runs_on_managed_instances(function)):
        return
    for name in ("ApplicationLogLevel", "SystemLogLevel"):
        if name in object_at(function, "LoggingConfig"):
            said = "LogFormat is Text" if log_format else "there is no LogFormat, which means Text"
            yield Problem(at=("LoggingConfig", name), message=f"{name} works with JSON only, and {said}")


@rule(
    "function.kms-key",
    summary="A key's ARN is one of KMS.",
    source=api("CreateFunction"),
    advice="write the ARN of the key: arn:aws:kms:REGION:ACCOUNT:key/ID",
)
def _keys_are_of_kms(function: Function) -> Iterator[Problem]:
    for path in _KEYS:
        arn = text_at(function, *path) or ""
        service = service_of(arn)
        if service and service != "kms":
            yield Problem(at=path, message=f"this is an ARN of {service}, not of a KMS key", found=shown(arn))


OUTPUT_RULES = (_dead_letters_can_be_sent, _log_levels_have_json, _keys_are_of_kms)
