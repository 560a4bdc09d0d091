"""Follows sensitive values through a template: which of its outputs may have something of them in it.

Whatever an expression writes that mentions a name with sensitive content counts, so that no filter and no
joining can take a value out of sight. A comparison or condition on such a name is no such mention: it tells
one bit, and masking all that it chooses between would hide ``true`` or ``prod`` everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from gitmoxi.rendering.sandbox import OriginMarks

_TELL_ONE_BIT = (nodes.Compare, nodes.Test, nodes.Not)

_IMPLICIT = {nodes.For: ("loop",), nodes.Macro: ("varargs", "kwargs", "caller"), nodes.Block: ("self",)}
"""Names that Jinja itself gives to parts of a template."""


def mark_sensitive_outputs(tree: nodes.Template, names: AbstractSet[str], marks: OriginMarks) -> None:
    """Makes a template report the beginning and the end of each output that may have sensitive content.

    Args:
        tree: the parsed template.
        names: the values that have sensitive content.
        marks: who is told.
    """
    if names:
        _Watched(_tainted(tree, names), marks).visit(tree)


def _carries(node: nodes.Node, names: AbstractSet[str]) -> bool:
    if isinstance(node, nodes.Name):
        return node.name in names
    if isinstance(node, _TELL_ONE_BIT):
        return False
    excluded = ("test",) if isinstance(node, nodes.CondExpr) else ()
    return any(_carries(child, names) for child in node.iter_child_nodes(exclude=excluded))


def _tainted(tree: nodes.Template, names: AbstractSet[str]) -> frozenset[str]:
    """``names``, and all names to which the template hands something of them on, wherever it does."""
    tainted, before = frozenset(names), frozenset[str]()
    while tainted != before:
        before = tainted
        tainted |= {
            name
            for target, sources in _flows(tree, before)
            if any(_carries(source, before) for source in sources)
            for name in target
        }
    return tainted


def _flows(tree: nodes.Template, tainted: AbstractSet[str]) -> Iterator[tuple[set[str], list[nodes.Node]]]:
    """The names that get something, and what they get it from."""
    calls: list[nodes.Node] = [*tree.find_all((nodes.Call, nodes.CallBlock))]
    handed = [call for call in calls if any(_carries(part, tainted) for part in call.iter_child_nodes())]
    for node in tree.find_all(
        (nodes.Assign, nodes.AssignBlock, nodes.For, nodes.With, nodes.Macro, nodes.CallBlock, nodes.Block)
    ):
        implicit = set(_IMPLICIT.get(type(node), ()))
        match node:
            case nodes.Assign():
                yield _names(node.target), [node.node]
            case nodes.AssignBlock():
                yield _names(node.target), node.body
            case nodes.For():
                yield _names(node.target) | implicit, [node.iter]
            case nodes.With():
                for target, value in zip(node.targets, node.values, strict=True):
                    yield _names(target), [value]
            case nodes.Macro():
                yield {node.name}, [*node.defaults, *node.body]
                yield {argument.name for argument in node.args} | implicit, handed
            case nodes.CallBlock():
                yield {argument.name for argument in node.args} | {"caller"}, [*handed, *node.body]
            case nodes.Block():
                yield implicit, node.body


def _names(target: nodes.Node) -> set[str]:
    if isinstance(target, nodes.Name | nodes.NSRef):
        return {target.name}
    return {name for child in target.iter_child_nodes() for name in _names(child)}


class _Watched(NodeTransformer):
    """What a macro or a set block collects is written later, and is watched then."""

    def __init__(self, names: AbstractSet[str], marks: OriginMarks) -> None:
        self._names = names
        self._marks = marks

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802  # the visitor's naming
        node.nodes = [
            part
            for piece in node.nodes
            for part in (self._between(piece) if _carries(piece, self._names) else (piece,))
        ]
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802  # the visitor's naming
        return node

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node:  # noqa: N802  # the visitor's naming
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node | list[nodes.Node]:  # noqa: N802  # the visitor's naming
        return self._whole(node) if node.recursive else self.generic_visit(node)

    def visit_FilterBlock(self, node: nodes.FilterBlock) -> nodes.Node | list[nodes.Node]:  # noqa: N802  # the visitor's naming
        return self._whole(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node | list[nodes.Node]:  # noqa: N802  # the visitor's naming
        return self._whole(node)

    def _whole(self, node: nodes.Node) -> nodes.Node | list[nodes.Node]:
        if not any(name.name in self._names for name in node.find_all(nodes.Name)):
            return node
        begin, end = (
            nodes.Output([self._watch(node, on=on)]).set_lineno(node.lineno) for on in (True, False)
        )
        return [begin, node, end]

    def _between(self, piece: nodes.Expr) -> tuple[nodes.Expr, ...]:
        return self._watch(piece, on=True), piece, self._watch(piece, on=False)

    def _watch(self, at: nodes.Node, *, on: bool) -> nodes.Expr:
        call = self._marks.watching(on=on)
        call.set_lineno(at.lineno).set_environment(self._marks.environment)
        return call
