"""Where in a template each piece of its output, and each tag that decides on output, stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, nodes

_TAGS = frozenset({"if", "elif", "for", "filter", "call"})

_TAG_NODES = (nodes.If, nodes.For, nodes.FilterBlock, nodes.CallBlock)


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of a template: the offset at which it begins, and what the user wrote, without delimiters."""

    start: int
    text: str


class Places:
    """The place of every output, and of every tag of the kinds that decide on output, of a template."""

    def __init__(self, environment: Environment, source: str, tree: nodes.Template) -> None:
        outputs, tags = _lexed(environment, source)
        self._places: dict[int, tuple[Place, nodes.Node]] = {}
        self._assign(tree, iter(outputs), iter(tags))

    def of(self, node: nodes.Node) -> Place:
        return self._places[id(node)][0]

    def replace(self, old: nodes.Node, new: nodes.Node) -> None:
        """From now on ``new`` stands where ``old`` did."""
        self._places[id(new)] = (self.of(old), new)

    def _assign(self, node: nodes.Node, outputs: Iterator[Place], tags: Iterator[Place]) -> None:
        """The tree has its nodes in the order in which the lexer meets them."""
        if isinstance(node, nodes.Output):
            self._places |= {id(piece): (next(outputs), piece) for piece in node.nodes}
            return
        if isinstance(node, _TAG_NODES):
            self._places[id(node)] = (next(tags), node)
        for child in node.iter_child_nodes():
            self._assign(child, outputs, tags)


def _lexed(environment: Environment, source: str) -> tuple[list[Place], list[Place]]:
    """Outputs, which are stretches of text and ``{{ }}``, and tags, in order."""
    outputs: list[Place] = []
    tags: list[Place] = []
    at = opened = 0
    tag = ""
    for _line, token, value in environment.lex(source):
        while not source.startswith(value, at):  # only space that a "-" beside a tag took away
            at += 1
        match token:
            case "data" if value:
                outputs.append(Place(at, value))
            case "variable_begin" | "block_begin":
                opened, tag = at, ""
                inner = at + len(value)
            case "name" if not tag:
                tag = value
            case "variable_end":
                outputs.append(Place(opened, source[inner:at].strip()))
            case "block_end" if tag in _TAGS:
                tags.append(Place(opened, source[inner:at].strip()))
        at += len(value)
    return outputs, tags
