"""Rendering without all values: what is not given stays unknown, and writes itself as the user wrote it.

Whatever is done with an unknown value gives an unknown value; a loop over one runs once; a condition on one
holds. ``default`` and ``is defined`` take the name as not given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NoReturn

from jinja2 import Environment, Undefined, UndefinedError, nodes
from jinja2.ext import Extension
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing
from jinja2.visitor import NodeTransformer

from gitmoxi.domain.unknown import MARK
from gitmoxi.rendering.places import Place, Places

_TELLS_WHAT_IS_GIVEN = frozenset({"default", "d", "defined", "undefined"})

_TAKES_UNKNOWNS = (Macro, LoopContext)
"""They only hand their arguments on to a part of the template."""


class Ignorance(Extension):
    """What one rendering came upon that is not known: compiled templates report to it."""

    def __init__(self, environment: ImmutableSandboxedEnvironment) -> None:
        super().__init__(environment)
        self.touched = False
        """Whether the expression that is being evaluated, or was last, used an unknown value."""
        self.undecided: dict[int, str] = {}
        """Conditions and loops that depend on unknown values, by the offset of their tag."""
        self._depth = 0

    def begin(self) -> bool:
        """Called before an expression is evaluated; what it returns is for the end of the expression."""
        before, self.touched = self.touched and self._depth > 0, False
        self._depth += 1
        return before

    def show(self, before: bool, value: object, expression: str) -> object:  # noqa: FBT001  # generated code calls it
        """What an output writes: its value, or its own source between marks."""
        return _marked(expression) if self._ends_unknown(before, value) else value

    def decide(self, before: bool, value: object, start: int, tag: str) -> object:  # noqa: FBT001  # as above
        """What a condition decides."""
        if self._ends_unknown(before, value):
            self.undecided[start] = tag
        return value

    def over(self, before: bool, value: object, start: int, tag: str, shape: Any) -> object:  # noqa: FBT001  # as above
        """What a loop runs over; ``shape`` is that of its target."""
        if self._ends_unknown(before, value):
            self.undecided[start] = tag
        return [_shaped(shape, value)] if _is_unknown(value) else value

    def join(self, *parts: object) -> object:
        """``a ~ b``."""
        unknown = [part for part in parts if _is_unknown(part)]
        return self.unknown(unknown[0]) if unknown else "".join(map(str, parts))

    def unknown(self, origin: object) -> UnknownExpression:
        """What becomes of a value that is not known, or of a text with such a piece."""
        self.touched = True
        return origin if isinstance(origin, UnknownExpression) else UnknownExpression("a part of it", self)

    def _ends_unknown(self, before: bool, value: object) -> bool:  # noqa: FBT001  # as above
        unknown = self.touched or _is_unknown(value)
        self._depth -= 1
        self.touched = self._depth > 0 and (before or unknown)
        return unknown


class UnknownExpression(Undefined):
    """A value that is not known; every operation on it gives it again."""

    __slots__ = ("_ignorance",)

    def __init__(self, name: str, ignorance: Ignorance) -> None:
        super().__init__(name=name)
        self._ignorance = ignorance

    def _again(self, *_operands: object) -> UnknownExpression:
        self._ignorance.touched = True
        return self

    def _impossible(self, *_operands: object) -> NoReturn:
        self._ignorance.touched = True
        raise UndefinedError(f"{self._undefined_name} is not known")

    def __getattr__(self, name: str) -> UnknownExpression:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._again()

    # Undefined types its operations as such that never return; here all of them do.
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _again  # type: ignore[assignment]
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _again  # type: ignore[assignment]
    __mod__ = __rmod__ = __pow__ = __rpow__ = __pos__ = __neg__ = _again  # type: ignore[assignment]
    __call__ = __getitem__ = __lt__ = __le__ = __gt__ = __ge__ = _again  # type: ignore[assignment]
    __eq__ = __ne__ = _again  # type: ignore[assignment]
    __int__ = __float__ = __complex__ = __index__ = _impossible

    def __hash__(self) -> int:
        return id(self)

    def __str__(self) -> str:
        self._again()
        return _marked(str(self._undefined_name))

    __repr__ = __str__

    def __len__(self) -> int:
        self._again()
        return 1

    def __bool__(self) -> bool:
        self._again()
        return True

    def __contains__(self, _item: object) -> bool:
        self._again()
        return True

    def __iter__(self) -> Iterator[UnknownExpression]:
        yield self._again()


class _PartialContext(Context):
    """Gives an unknown value for a name that nobody gave."""

    def resolve_or_missing(self, key: str) -> Any:
        value = super().resolve_or_missing(key)
        ignorance = ignorance_of(self.environment)
        return UnknownExpression(key, ignorance) if value is missing and ignorance is not None else value


class PartialEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox in which unknown values can be looked into, called and handed to filters and tests."""

    context_class = _PartialContext

    @property
    def ignorance(self) -> Ignorance:
        found = self.extensions[Ignorance.identifier]
        assert isinstance(found, Ignorance)
        return found

    def tolerate_unknowns(self) -> None:
        """Makes filters and tests give an unknown value for an unknown one."""
        tables: tuple[dict[str, Any], ...] = (self.filters, self.tests)
        for table in tables:
            table.update(
                {
                    name: _tolerant(function, self.ignorance)
                    for name, function in table.items()
                    if name not in _TELLS_WHAT_IS_GIVEN
                }
            )

    def getitem(self, obj: Any, argument: Any) -> Any:
        for value in (obj, argument):
            if _is_unknown(value):
                return self.ignorance.unknown(value)
        return super().getitem(obj, argument)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if _is_unknown(obj):
            return self.ignorance.unknown(obj)
        return super().getattr(obj, attribute)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        if isinstance(obj, UnknownExpression):
            return self.ignorance.unknown(obj)
        takes = isinstance(obj, (*_TAKES_UNKNOWNS, Undefined)) or obj is dict or obj is Namespace
        if not takes and not isinstance(getattr(obj, "__self__", None), Extension):
            for value in (*args, *kwargs.values()):
                if _is_unknown(value):
                    return self.ignorance.unknown(value)
        return super().call(context, obj, *args, **kwargs)


def ignorance_of(environment: Environment) -> Ignorance | None:
    """What a partial environment's templates report to; None: the environment is not partial."""
    return environment.ignorance if isinstance(environment, PartialEnvironment) else None


class UnknownsKept(NodeTransformer):
    """Makes the outputs, conditions and loops of a tree report to ``Ignorance``."""

    def __init__(self, ignorance: Ignorance, places: Places) -> None:
        self._ignorance = ignorance
        self._places = places

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802  # the visitor's naming
        written: tuple[nodes.Expr, ...] = tuple(node.nodes)
        self.generic_visit(node)
        for index, (old, new) in enumerate(zip(written, node.nodes, strict=True)):
            if not isinstance(old, nodes.TemplateData):
                reported = self._reported("show", new, nodes.Const(self._places.of(old).text))
                node.nodes[index] = reported
                self._places.replace(old, reported)
        return node

    def visit_If(self, node: nodes.If) -> nodes.Node:  # noqa: N802  # the visitor's naming
        place = self._places.of(node)
        self.generic_visit(node)
        node.test = self._reported("decide", node.test, *_told(place))
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  # the visitor's naming
        place = self._places.of(node)
        self.generic_visit(node)
        node.iter = self._reported("over", node.iter, *_told(place), nodes.Const(_shape(node.target)))
        if node.test is not None:
            node.test = self._reported("decide", node.test, *_told(place))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802  # the visitor's naming
        self.generic_visit(node)
        return self._call("join", node, *node.nodes)

    def _reported(self, method: str, value: nodes.Node, *arguments: nodes.Expr) -> nodes.Call:
        return self._call(method, value, self._call("begin", value), value, *arguments)

    def _call(self, method: str, at: nodes.Node, *arguments: nodes.Node) -> nodes.Call:
        call = nodes.Call(self._ignorance.attr(method), list(arguments), [], None, None)
        return call.set_lineno(at.lineno).set_environment(self._ignorance.environment)  # type: ignore[return-value]  # itself


def _told(place: Place) -> tuple[nodes.Expr, nodes.Expr]:
    return nodes.Const(place.start), nodes.Const(place.text)


def _shape(target: nodes.Node) -> tuple[Any, ...] | None:
    return tuple(map(_shape, target.items)) if isinstance(target, nodes.Tuple) else None


def _shaped(shape: tuple[Any, ...] | None, value: object) -> object:
    return value if shape is None else tuple(_shaped(inner, value) for inner in shape)


def _marked(expression: str) -> str:
    """An expression as unknown text: what stands between the marks fits into a JSON text."""
    return MARK + json.dumps(expression, ensure_ascii=False)[1:-1] + MARK


def _is_unknown(value: object) -> bool:
    return isinstance(value, UnknownExpression) or (isinstance(value, str) and MARK in value)


def _tolerant(function: Callable[..., Any], ignorance: Ignorance) -> Callable[..., Any]:
    @wraps(function)
    def tolerant(*args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()):
            if _is_unknown(value):
                return ignorance.unknown(value)
        return function(*args, **kwargs)

    return tolerant
