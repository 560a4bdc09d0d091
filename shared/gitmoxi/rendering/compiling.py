"""Compiles templates so that they report where output comes from, and keeps what was compiled lately."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import CodeType
from typing import Final

from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gitmoxi.rendering.marking import Marked
from gitmoxi.rendering.partial import UnknownsKept, ignorance_of
from gitmoxi.rendering.places import Places
from gitmoxi.rendering.sandbox import OriginMarks
from gitmoxi.rendering.sensitive_flow import mark_sensitive_outputs

_REACHES_OTHER_FILES = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)

_KEPT_CHARACTERS: Final = 1_000_000
"""Sources whose code is kept, all together. Code takes some ten times the memory of its source."""


class ReachesOtherFilesError(Exception):
    """A template has a tag that would load another one; ``line`` is that of the tag."""

    def __init__(self, node: nodes.Node) -> None:
        self.line = node.lineno
        super().__init__(f"a template may not use {type(node).__name__.lower()}: it stands alone")


@dataclass(frozen=True, slots=True)
class _Template:
    """What the code of a template depends on; not on values, so that it serves for many objects."""

    source: str
    sensitive_names: frozenset[str]
    partial: bool


_kept: Final[OrderedDict[_Template, CodeType]] = OrderedDict()
"""Per process; teams copy templates, and the same ones are planned again with every commit."""


def compiled(
    environment: ImmutableSandboxedEnvironment, source: str, sensitive_names: AbstractSet[str]
) -> CodeType:
    """The code of a template, for any environment of the kind of ``environment``.

    Args:
        environment: one of ``gitmoxi.rendering.sandbox.new_environment``.
        source: the template.
        sensitive_names: the values that have sensitive content; outputs that mention them are reported.

    Raises:
        TemplateSyntaxError: it is no template.
        ReachesOtherFilesError: it is not one that stands alone.
    """
    partial = ignorance_of(environment) is not None
    template = _Template(source, frozenset(sensitive_names), partial)
    code = _kept.pop(template, None)
    if code is None:
        code = environment.compile(_tree(environment, template))
    if len(source) <= _KEPT_CHARACTERS:
        _kept[template] = code
    while sum(len(kept.source) for kept in _kept) > _KEPT_CHARACTERS:
        _kept.popitem(last=False)
    return code


def _tree(environment: ImmutableSandboxedEnvironment, template: _Template) -> nodes.Template:
    tree = environment.parse(template.source)
    for node in tree.find_all(_REACHES_OTHER_FILES):
        raise ReachesOtherFilesError(node)
    places = Places(environment, template.source, tree)
    ignorance = ignorance_of(environment)
    if ignorance is not None:
        UnknownsKept(ignorance, places).visit(tree)
    marks = marks_of(environment)
    Marked(places, marks).visit(tree)
    mark_sensitive_outputs(tree, template.sensitive_names, marks)
    return tree


def marks_of(environment: ImmutableSandboxedEnvironment) -> OriginMarks:
    """What the templates of an environment report to."""
    marks = environment.extensions[OriginMarks.identifier]
    assert isinstance(marks, OriginMarks)
    return marks
