"""What people should know about values that are going to stand in a repository."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gitmoxi.planning.documents import Document, Json
from gitmoxi.planning.export.files import has_template_tags
from gitmoxi.planning.tags import FOREIGN, OURS
from gitmoxi.validation.key_shapes import key_shape

_SECRET_NAME: Final = re.compile(r"passw|secret|token|api_?key|private_?key|credential", re.IGNORECASE)
_REFERENCE: Final = "arn:"


def container_secrets(task_definition: Document) -> Iterator[str]:
    """Remarks on containers' environment variables that look like secrets; none quotes a value."""
    for container in task_definition.get("containerDefinitions") or ():
        variables = {str(e.get("name")): str(e.get("value", "")) for e in container.get("environment") or ()}
        yield from _secrets(
            variables,
            where=f"of the container {container.get('name')}",
            advice="keep it in Secrets Manager or Parameter Store and name it under secrets",
        )


def function_secrets(function: Document) -> Iterator[str]:
    """Remarks on a function's environment variables that look like secrets; none quotes a value."""
    variables = (function.get("Environment") or {}).get("Variables") or {}
    yield from _secrets(
        variables, where="of the function", advice="keep it in Secrets Manager and let the code read it"
    )


def template_remarks(documents: Iterable[Document]) -> Iterator[str]:
    """A remark where a value would be taken for a template."""
    if any(has_template_tags(document) for document in documents):
        yield (
            "a value has {{, {% or {# in it, which begins a template: its first brace is written as \\u007b, "
            "so that it means itself"
        )


def own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that are the user's: neither AWS's own nor ours."""
    return {key: value for key, value in sorted(tags.items()) if not key.startswith((OURS, FOREIGN))}


def listed_tags(tags: Mapping[str, str]) -> list[Json]:
    """``own_tags`` as ECS takes them."""
    return [{"key": key, "value": value} for key, value in own_tags(tags).items()]


def _secrets(variables: Mapping[str, str], *, where: str, advice: str) -> Iterator[str]:
    for name, value in variables.items():
        kind = key_shape(value, name=name)
        if kind is None and _SECRET_NAME.search(name) and value and not value.startswith(_REFERENCE):
            kind = "a secret, by its name"
        if kind is not None:
            yield f"the environment variable {name} {where} looks like {kind}: {advice} before you commit"
