"""Renders one Jinja template to text, and keeps track of where each part of the text comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import TracebackType
from typing import NoReturn

from jinja2 import Template, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gitmoxi.domain.rendered import JsonValue, Position
from gitmoxi.rendering.errors import RenderError, render_error
from gitmoxi.rendering.origins import Lines, Origins, Segment
from gitmoxi.rendering.sandbox import MissingNameError, OriginMarks, new_environment
from gitmoxi.rendering.text import MAX_FILE_BYTES

_REACHES_OTHER_FILES = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)

_CAPTURES = (nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.AssignBlock)
"""Their output is collected first and written later, so marks within would point to the wrong place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedText:
    """What a template was rendered to, and where in the template its parts come from."""

    text: str
    origins: Origins


def render_template(source: str, *, path: str, values: Mapping[str, JsonValue]) -> RenderedText:
    """``source`` rendered with ``values``.

    This guards against reaching out of the sandbox, not against exhausting the process: run it where time
    and memory are limited.

    Raises:
        RenderError: not a template, an undefined name, something refused by the sandbox, more than 1 MiB
            of output, or an error in an expression; with the line in the template.
    """
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    rendering = _Rendering(source, path, values)
    try:
        return rendering.run()
    except RenderError:
        raise
    except Exception as error:  # noqa: BLE001  # a template can make Jinja and Python raise anything
        rendering.explain(error)


class _Rendering:
    def __init__(self, source: str, path: str, values: Mapping[str, JsonValue]) -> None:
        self._source = source
        self._path = path
        self._values = values
        self._written = 0
        self._segments: list[Segment] = []

    def run(self) -> RenderedText:
        environment = new_environment()
        marks = environment.extensions[OriginMarks.identifier]
        assert isinstance(marks, OriginMarks)
        marks.report = self._mark
        tree = environment.parse(self._source, self._path, self._path)
        self._refuse_other_files(tree)
        _insert_marks(tree, _starts(environment, self._source), marks)
        code = environment.compile(tree, self._path, self._path)
        template = Template.from_code(environment, code, environment.globals)
        text = "".join(self._limited(template.root_render_func(template.new_context(dict(self._values)))))
        return RenderedText(text=text, origins=Origins(template=self._source, segments=self._segments))

    def _mark(self, source: int, verbatim: bool) -> None:  # noqa: FBT001  # called by OriginMarks
        if self._segments and self._segments[-1].start == self._written:
            self._segments.pop()
        self._segments.append(Segment(start=self._written, source=source, verbatim=verbatim))

    def _limited(self, pieces: Iterator[str]) -> Iterator[str]:
        for piece in pieces:
            self._written += len(piece)
            if self._written > MAX_FILE_BYTES:
                raise render_error(
                    file=self._path,
                    rule="template.limit",
                    message=f"the template writes more than {MAX_FILE_BYTES} characters",
                    advice="a document of that size fits into no AWS request: look for a loop that runs away",
                )
            yield piece

    def _refuse_other_files(self, tree: nodes.Template) -> None:
        for node in tree.find_all(_REACHES_OTHER_FILES):
            raise render_error(
                file=self._path,
                rule="template.refused",
                message=f"a template may not use {type(node).__name__.lower()}: it stands alone",
                line=node.lineno,
                advice="share values through the input file and its ref.file",
            )

    def explain(self, error: Exception) -> NoReturn:
        """Says what went wrong in words that name the file, the line, and what to do."""
        place = self._place_of(error)
        rule, message, found, advice = "template.error", str(error) or type(error).__name__, "", ""
        match error:
            case MissingNameError():
                rule, found, advice = "template.undefined", error.name, self._advice_for(error)
            case TemplateSyntaxError():
                rule, message = "template.syntax", error.message or "this is no template"
            case SecurityError():
                rule = "template.refused"
            case MemoryError():
                rule, message = "template.limit", "the template needs more memory than it may have"
            case RecursionError():  # where exactly the stack ended, as Python says it, is chance
                rule, message = "template.limit", "the template calls or nests something too deeply"
            case OverflowError():
                rule, message = "template.limit", f"the template needs too much: {message}"
            case OSError() | ImportError():  # they quote paths of the host
                rule, message = "template.refused", "the template uses what has to be loaded from the host"
                advice = "an encoding other than UTF-8 is the usual reason: leave it out"
        raise render_error(
            file=self._path,
            rule=rule,
            message=message,
            line=place[0],
            column=place[1],
            found=found,
            advice=advice,
        ) from None  # the cause may quote sensitive values, and tracebacks print causes

    def _place_of(self, error: Exception) -> tuple[int | None, int | None]:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else _template_line(error.__traceback__)
        marked = self._marked_position()
        return line, marked.column if marked is not None and marked.line == line else None

    def _marked_position(self) -> Position | None:
        if not self._segments or self._segments[-1].verbatim:
            return None
        return Lines(self._source).position(self._segments[-1].source)

    def _advice_for(self, error: MissingNameError) -> str:
        known = error.known if error.inside else tuple(self._values)
        close = get_close_matches(error.name, known, n=1)
        if close:
            return f"did you mean {close[0]!r}?"
        if error.inside:
            return f"what it is looked up in has {', '.join(sorted(known)[:10]) or 'nothing of that name'}"
        return "define it in the input file, or in a file that its ref.file names"


def _starts(environment: ImmutableSandboxedEnvironment, source: str) -> Iterator[int]:
    """The offsets of all pieces of text and of all ``{{``, in the order in which they stand."""
    at = 0
    for _line, token, value in environment.lex(source):
        while not source.startswith(value, at):  # only space that a "-" beside a tag took away
            at += 1
        if token == "variable_begin" or (token == "data" and value):  # noqa: S105  # no password
            yield at
        at += len(value)


def _insert_marks(
    node: nodes.Node, starts: Iterator[int], marks: OriginMarks, *, captured: bool = False
) -> None:
    """Puts a mark before every piece of output; the tree has them in the order of ``starts``."""
    captured = captured or isinstance(node, _CAPTURES) or (isinstance(node, nodes.For) and node.recursive)
    if not isinstance(node, nodes.Output):
        for child in node.iter_child_nodes():
            _insert_marks(child, starts, marks, captured=captured)
        return
    marked: list[nodes.Expr] = []
    for piece in node.nodes:
        start = next(starts)
        if not captured:
            mark = marks.marking(start, verbatim=isinstance(piece, nodes.TemplateData))
            mark.set_lineno(piece.lineno).set_environment(marks.environment)
            marked.append(mark)
        marked.append(piece)
    node.nodes = marked


def _template_line(traceback: TracebackType | None) -> int | None:
    """The innermost line of the template that was running."""
    line = None
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            line = template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line
