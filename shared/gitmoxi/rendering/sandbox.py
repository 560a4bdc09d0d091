"""The Jinja environment for users' templates: immutable, sandboxed, without a way out and without chance."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateRuntimeError, UndefinedError, nodes
from jinja2.ext import Extension
from jinja2.filters import FILTERS
from jinja2.runtime import Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from gitmoxi.rendering.partial import Ignorance, PartialEnvironment

_FILTERS = frozenset(
    {
        *("abs", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "first", "float"),
        *("format", "groupby", "indent", "int", "items", "join", "last", "length", "list", "lower", "map"),
        *("max", "min", "reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr"),
        *("slice", "sort", "string", "sum", "title", "trim", "truncate", "unique", "upper", "urlencode"),
        *("wordcount", "wordwrap"),
    }
)
"""What is left out: ``attr`` (the way to attributes that the sandbox hides), ``random`` (a render must be
repeatable), and everything that makes HTML, whose ``Markup`` escapes what is joined to it."""

_GLOBALS = frozenset({"dict", "joiner", "namespace", "range"})
"""``lipsum`` and ``cycler`` are left out: nothing but surface for an attack."""


class MissingNameError(UndefinedError):
    """A template used a name that nothing defines."""

    def __init__(self, *, name: str, known: tuple[str, ...], inside: bool) -> None:
        self.name = name
        self.known = known
        self.inside = inside
        super().__init__(f"{name!r} is not defined")


class NamedUndefined(StrictUndefined):
    """A strict undefined whose error says which name it was, and which ones there were."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: object = missing,
        name: str | None = None,
        exc: Callable[[str], Exception] = UndefinedError,
    ) -> None:
        super().__init__(hint=hint, obj=obj, name=name)
        self._undefined_exception = self._named if exc is UndefinedError and hint is None else exc  # type: ignore[assignment]  # Jinja only calls it

    def _named(self, _message: str | None = None) -> MissingNameError:
        inside = self._undefined_obj is not missing
        known = tuple(map(str, self._undefined_obj)) if isinstance(self._undefined_obj, Mapping) else ()
        return MissingNameError(name=str(self._undefined_name), known=known, inside=inside)


class OriginMarks(Extension):
    """Lets the compiled template say which of its parts the next piece of output comes from."""

    def __init__(self, environment: ImmutableSandboxedEnvironment) -> None:
        super().__init__(environment)
        self.report: Callable[[int, bool], None] = lambda _source, _verbatim: None
        self.report_sensitive: Callable[[bool], None] = lambda _on: None

    def mark(self, source: int, verbatim: bool) -> str:  # noqa: FBT001  # called by generated code
        """Reports where in the template the next output stands; writes nothing itself."""
        self.report(source, verbatim)
        return ""

    def watch(self, on: bool) -> str:  # noqa: FBT001  # called by generated code
        """Reports that output which may have sensitive content begins, or ends; writes nothing itself."""
        self.report_sensitive(on)
        return ""

    def watching(self, *, on: bool) -> nodes.Expr:
        """The node that calls ``watch`` when the template is rendered."""
        return nodes.Call(self.attr("watch"), [nodes.Const(on)], [], None, None)

    def marking(self, source: int, *, verbatim: bool) -> nodes.Expr:
        """The node that calls ``mark`` when the template is rendered."""
        arguments: list[nodes.Expr] = [nodes.Const(source), nodes.Const(verbatim)]
        return nodes.Call(self.attr("mark"), arguments, [], None, None)


def new_environment(*, partial: bool = False) -> ImmutableSandboxedEnvironment:
    """A fresh environment; it has no loader, so no template reaches another file.

    In a partial one, names that nobody gives have an unknown value (see ``gitmoxi.rendering.partial``).
    """
    kind = PartialEnvironment if partial else ImmutableSandboxedEnvironment
    environment = kind(
        undefined=NamedUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        optimized=False,
        cache_size=0,
        finalize=_only_values,
        extensions=[OriginMarks, Ignorance] if partial else [OriginMarks],
    )
    environment.filters = {name: FILTERS[name] for name in _FILTERS} | {"tojson": _to_json}
    environment.globals = {name: environment.globals[name] for name in _GLOBALS}
    if isinstance(environment, PartialEnvironment):
        environment.tolerate_unknowns()
    return environment


def _only_values(value: object) -> object:
    """Refuses ``{{ names.values }}``, which would write a memory address."""
    if callable(value) and not isinstance(value, Undefined):
        raise TemplateRuntimeError("a method stands where a value belongs: call it with ()")
    return value


def _to_json(value: Any, indent: int | None = None) -> str:
    """JSON as it stands: Jinja's own filter makes HTML-safe markup, and sorts the members."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, default=_not_plain)


def _not_plain(value: object) -> object:
    if isinstance(value, Undefined):
        return str(value)  # raises, and names what is missing, unless values may be unknown
    if hasattr(value, "__iter__"):
        return list(value)  # a dict's values() or keys(), or what a filter such as map gives
    raise TypeError(f"tojson takes values, not a {type(value).__name__}")
