"""Rules on a function's environment variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.domain.unknown import is_unknown
from gitmoxi.validation.function_rules.pages import guide
from gitmoxi.validation.function_rules.subject import Function
from gitmoxi.validation.key_shapes import key_shape
from gitmoxi.validation.reading import object_at
from gitmoxi.validation.rule import Problem, rule

_MOST_BYTES: Final = 4096
_PAGE: Final = guide("configuration-envvars")
_VARIABLES: Final = ("Environment", "Variables")

_RESERVED: Final = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
)
"""What the runtimes set themselves."""


@rule(
    "function.reserved-variable",
    summary="No environment variable has a name that Lambda keeps for itself.",
    source=_PAGE,
    advice="remove it: Lambda sets it; another value needs a name of its own",
)
def _variables_are_not_reserved(function: Function) -> Iterator[Problem]:
    for name in object_at(function, *_VARIABLES):
        if name in _RESERVED:
            yield Problem(at=(*_VARIABLES, name), message=f"Lambda keeps {name} for itself", found=name)


@rule(
    "function.environment-size",
    summary="All environment variables together are at most 4 KB.",
    source=_PAGE,
    advice="keep long values in SSM Parameter Store or S3, and give the function their names",
)
def _environment_fits(function: Function) -> Iterator[Problem]:
    variables = object_at(function, *_VARIABLES)
    size = sum(
        len(text.encode(errors="surrogatepass"))
        for pair in variables.items()
        for text in pair
        if isinstance(text, str) and not is_unknown(text)
    )
    if size > _MOST_BYTES:
        yield Problem(
            at=_VARIABLES,
            message=f"names and values of the environment variables are {size} bytes together; "
            f"Lambda takes {_MOST_BYTES}",
            found=f"{size} bytes",
            expected=f"at most {_MOST_BYTES} bytes",
        )


@rule(
    "function.secret-in-environment",
    summary="No key, token or password stands in an environment variable.",
    source=guide("configuration-envvars-encryption"),
    advice="whoever reads the repository or the function reads it: renew it, keep it in Secrets Manager, and "
    "give the function its name",
    severity=Severity.WARNING,
)
def _secrets_stand_elsewhere(function: Function) -> Iterator[Problem]:
    for name, value in object_at(function, *_VARIABLES).items():
        kind = key_shape(value, name=name) if isinstance(value, str) and not is_unknown(value) else None
        if kind is not None:
            yield Problem(at=(*_VARIABLES, name), message=f"{name} looks like {kind}")


ENVIRONMENT_RULES = (_variables_are_not_reserved, _environment_fits, _secrets_stand_elsewhere)
