"""Makes a template report, before each piece of its output, where in the template the piece comes from."""

from __future__ import annotations

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from gitmoxi.rendering.places import Places
from gitmoxi.rendering.sandbox import OriginMarks


class Marked(NodeTransformer):
    """Puts a mark before every piece of output.

    What a macro, a set block, a filter block, a call block or a recursive loop holds is collected first and
    written later, so marks within would point to the wrong place: there is one before the whole.
    """

    def __init__(self, places: Places, marks: OriginMarks) -> None:
        self._places = places
        self._marks = marks

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802  # the visitor's naming
        node.nodes = [part for piece in node.nodes for part in (self._mark(piece), piece)]
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802  # the visitor's naming
        return node

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node:  # noqa: N802  # the visitor's naming
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node | list[nodes.Node]:  # noqa: N802  # the visitor's naming
        return self._whole(node) if node.recursive else self.generic_visit(node)

    def visit_FilterBlock(self, node: nodes.FilterBlock) -> list[nodes.Node]:  # noqa: N802  # the visitor's naming
        return self._whole(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> list[nodes.Node]:  # noqa: N802  # the visitor's naming
        return self._whole(node)

    def _whole(self, node: nodes.Node) -> list[nodes.Node]:
        return [nodes.Output([self._mark(node)]).set_lineno(node.lineno), node]

    def _mark(self, at: nodes.Node) -> nodes.Expr:
        verbatim = isinstance(at, nodes.TemplateData)
        mark = self._marks.marking(self._places.of(at).start, verbatim=verbatim)
        mark.set_lineno(at.lineno).set_environment(self._marks.environment)
        return mark
