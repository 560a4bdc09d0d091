"""Renders one Jinja template to text, and keeps track of where each part of the text comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import get_close_matches
from types import TracebackType
from typing import NoReturn

from jinja2 import Template, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gitmoxi.domain.rendered import JsonValue, Position
from gitmoxi.domain.sensitive import mask_of
from gitmoxi.domain.unknown import MARK
from gitmoxi.rendering.compiling import ReachesOtherFilesError, compiled, marks_of
from gitmoxi.rendering.errors import NeedsValuesError, RenderError, render_error
from gitmoxi.rendering.origins import Lines, Origins, Segment, Span
from gitmoxi.rendering.partial import ignorance_of
from gitmoxi.rendering.sandbox import MissingNameError, new_environment
from gitmoxi.rendering.syntax_errors import dashed_name, explain_syntax
from gitmoxi.rendering.text import MAX_FILE_BYTES, decode

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_QUOTED = re.compile(r"""(['"])(.*?)\1""", re.DOTALL)

_TYPES = "str int float bool list dict tuple NoneType bytes range"
"""What Python quotes in its messages and is no value."""

_TAG_OPENINGS = ("{{", "{%", "{#")


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedTag:
    """A condition or loop that depends on values which are not known here, and where it stands."""

    tag: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedText:
    """What a template was rendered to, and where in the template its parts come from.

    ``undecided`` are the tags that make it uncertain which parts of the template count.
    """

    text: str
    origins: Origins
    undecided: tuple[UndecidedTag, ...] = ()


def has_template_syntax(data: bytes) -> bool:
    """Whether a file has anything in it that Jinja acts on; without, rendering copies it.

    Bytes that are no text of at most 1 MiB have none: no template is made of them.
    """
    try:
        source = decode(data, path="")
    except RenderError:
        return False
    return _is_template(source)


def _is_template(source: str) -> bool:
    return any(opening in source for opening in _TAG_OPENINGS)


def render_template(
    source: str,
    *,
    path: str,
    values: Mapping[str, JsonValue],
    sensitive_names: AbstractSet[str] = frozenset(),
    partial: bool = False,
) -> RenderedText:
    """``source`` rendered with ``values``.

    Args:
        source: the template.
        path: its file, for messages.
        values: by name.
        sensitive_names: those of the values that have sensitive content.
        partial: names that are not among the values are unknown instead of undefined.

    This guards against reaching out of the sandbox, not against exhausting the process: run it where time
    and memory are limited.

    Raises:
        RenderError: not a template, an undefined name, something refused by the sandbox, more than 1 MiB
            of output, or an error in an expression; with the line in the template.
        NeedsValuesError: of these, an error that unknown values may have caused.
    """
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if partial:
        source = source.replace(MARK, _REPLACEMENT)
    if not _is_template(source):
        return RenderedText(text=source, origins=Origins.identity(source))
    rendering = _Rendering(source, path, values, sensitive_names, new_environment(partial=partial))
    try:
        return rendering.run()
    except RenderError:
        raise
    except Exception as error:  # noqa: BLE001  # a template can make Jinja and Python raise anything
        rendering.explain(error)


class _Rendering:
    def __init__(
        self,
        source: str,
        path: str,
        values: Mapping[str, JsonValue],
        sensitive_names: AbstractSet[str],
        environment: ImmutableSandboxedEnvironment,
    ) -> None:
        self._source = source
        self._path = path
        self._values = values
        self._sensitive_names = sensitive_names
        self._environment = environment
        self._ignorance = ignorance_of(environment)
        self._written = 0
        self._segments: list[Segment] = []
        self._watched_from = 0
        self._sensitive: list[Span] = []

    def run(self) -> RenderedText:
        code = compiled(self._environment, self._source, self._sensitive_names)
        marks = marks_of(self._environment)
        marks.report = self._mark
        marks.report_sensitive = self._watch
        template = Template.from_code(self._environment, code, self._environment.globals)
        text = "".join(self._limited(template.root_render_func(template.new_context(dict(self._values)))))
        origins = Origins(template=self._source, segments=self._segments, sensitive=self._sensitive)
        return RenderedText(text=text, origins=origins, undecided=self._undecided())

    def _undecided(self) -> tuple[UndecidedTag, ...]:
        if self._ignorance is None:
            return ()
        lines = Lines(self._source)
        return tuple(
            UndecidedTag(tag=tag, position=lines.position(start))
            for start, tag in sorted(self._ignorance.undecided.items())
        )

    def _mark(self, source: int, verbatim: bool) -> None:  # noqa: FBT001  # called by OriginMarks
        if self._segments and self._segments[-1].start == self._written:
            self._segments.pop()
        self._segments.append(Segment(start=self._written, source=source, verbatim=verbatim))

    def _watch(self, on: bool) -> None:  # noqa: FBT001  # called by OriginMarks
        if on:
            self._watched_from = self._written
        elif self._written > self._watched_from:
            self._sensitive.append(Span(self._watched_from, self._written))

    def _limited(self, pieces: Iterator[str]) -> Iterator[str]:
        for piece in map(str, pieces):
            self._written += len(piece)
            if self._written > MAX_FILE_BYTES:
                raise render_error(
                    file=self._path,
                    rule="template.limit",
                    message=f"the template writes more than {MAX_FILE_BYTES} characters",
                    advice="a document of that size fits into no AWS request: look for a loop that runs away",
                )
            yield piece

    def explain(self, error: Exception) -> NoReturn:
        """Says what went wrong in words that name the file, the line, and what to do."""
        place = self._place_of(error)
        rule, message, found, advice = "template.error", str(error) or type(error).__name__, "", ""
        match error:
            case MissingNameError():
                rule, found, advice = "template.undefined", error.name, self._advice_for(error, place[0])
            case TemplateSyntaxError():
                rule, remark = "template.syntax", explain_syntax(error, self._source)
                message, advice = remark.message, remark.advice
                if remark.position is not None:
                    place = remark.position.line, remark.position.column
            case ReachesOtherFilesError():
                rule, place = "template.refused", (error.line, None)
                advice = "share values through the input file and its ref.file"
            case SecurityError():
                rule = "template.refused"
            case MemoryError() | RecursionError() | OverflowError():
                rule, message = "template.limit", _exhausted(error)
            case OSError() | ImportError():  # they quote paths of the host
                rule, message = "template.refused", "the template uses what has to be loaded from the host"
                advice = "an encoding other than UTF-8 is the usual reason: leave it out"
        explained = render_error(
            file=self._path,
            rule=rule,
            message=self._guarded(message),
            line=place[0],
            column=place[1],
            found=self._guarded(f"'{found}'")[1:-1],
            advice=advice,
        )
        if rule == "template.error" and self._ignorance is not None and self._ignorance.touched:
            explained = NeedsValuesError(explained.findings)
        raise explained from None  # the cause may quote sensitive values, and tracebacks print causes

    def _guarded(self, message: str) -> str:
        """The message without what it quotes of values: that may be made of sensitive ones."""
        if not self._sensitive_names:
            return message
        known = f"{self._source} {_TYPES}"
        return _QUOTED.sub(lambda m: m[0] if m[2] in known else m[1] + mask_of(m[2]) + m[1], message)

    def _place_of(self, error: Exception) -> tuple[int | None, int | None]:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else _template_line(error.__traceback__)
        marked = self._marked_position()
        return line, marked.column if marked is not None and marked.line == line else None

    def _marked_position(self) -> Position | None:
        if not self._segments or self._segments[-1].verbatim:
            return None
        return Lines(self._source).position(self._segments[-1].source)

    def _advice_for(self, error: MissingNameError, line: int | None) -> str:
        dashed = dashed_name(error.name, self._source, line)
        if dashed and not error.inside:
            plain = dashed.replace("-", "_")
            return f"Jinja takes the - in {dashed} for a subtraction: call it {plain}, in the input file too"
        known = error.known if error.inside else tuple(self._values)
        close = get_close_matches(error.name, known, n=1)
        if close:
            return f"did you mean {close[0]!r}?"
        if error.inside:
            return f"what it is looked up in has {', '.join(sorted(known)[:10]) or 'nothing of that name'}"
        return "define it in the input file, or in a file that its ref.file names"


def _exhausted(error: MemoryError | RecursionError | OverflowError) -> str:
    match error:
        case MemoryError():
            return "the template needs more memory than it may have"
        case RecursionError():  # where exactly the stack ended, as Python says it, is chance
            return "the template calls or nests something too deeply"
    return f"the template needs too much: {error}"


def _template_line(traceback: TracebackType | None) -> int | None:
    """The innermost line of the template that was running."""
    line = None
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            line = template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line
