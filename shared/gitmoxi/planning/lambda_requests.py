"""The native requests that change a live Lambda function's code and configuration."""

from __future__ import annotations

from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.documents import Document
from gitmoxi.planning.lambda_checks import code_of, native_code
from gitmoxi.ports.aws_lambda import LambdaFunction


def code_request(desired: DesiredLambda, wanted: Document, live: LambdaFunction) -> Document:
    """The native ``UpdateFunctionCode`` request."""
    request = native_code(code_of(desired), desired.target)
    architectures = wanted.get("Architectures") or live.configuration.get("Architectures")
    return {**request, **({"Architectures": list(architectures)} if architectures else {}), "Publish": False}


def configuration_request(wanted: Document, live: LambdaFunction, settings: list[str]) -> Document | None:
    """The native ``UpdateFunctionConfiguration`` request with these members; None: it is not called."""
    request = {name: wanted[name] for name in settings}
    if "LoggingConfig" in request:
        request["LoggingConfig"] = _logging(
            request["LoggingConfig"], live.configuration.get("LoggingConfig") or {}
        )
    return request or None


def _logging(wanted: Document, live: Document) -> Document:
    """Lambda replaces the whole object, so what is kept has to be sent again; levels belong to a format."""
    same_format = wanted.get("LogFormat", live.get("LogFormat")) == live.get("LogFormat")
    kept = live if same_format else {name: live[name] for name in ("LogGroup",) if name in live}
    return {**kept, **wanted}
