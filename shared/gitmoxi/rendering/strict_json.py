"""JSON as RFC 8259 has it and no wider, with the place of every value.

``json.loads`` keeps the last of duplicate keys, takes ``NaN`` and ``1e999``, recurses without limit, and
forgets where a value stood; a deployment must not be built on any of that.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import NoReturn

from gitmoxi.domain.rendered import JsonPath, JsonValue, Position
from gitmoxi.domain.sensitive import presentable
from gitmoxi.domain.unknown import MARK, Unknown, as_written
from gitmoxi.rendering.errors import RenderError
from gitmoxi.rendering.json_cursor import JsonCursor
from gitmoxi.rendering.origins import Origins
from gitmoxi.rendering.text import decode

MAX_DEPTH = 64
"""AWS's own documents nest about ten levels."""

MAX_VALUES = 50_000
"""Values in one document, so that a small file cannot become a large heap."""

MAX_DIGITS = 60
"""Digits of an integer: AWS's largest have 19, and Python's own parsing time grows with the square."""

_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+"')
_STRING_BODY = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?")
_LITERAL = re.compile(r"[a-z]++(?![\w$.<>-])")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SENSITIVE_FROM = 4
"""Characters of a text that is sensitive only because it was made of a sensitive value: a shorter one tells
little, and to mask it would hide unrelated text. As a part of a longer text it makes all of that sensitive.
Sensitive values themselves count at any length."""

_MARKED = re.compile(f"{MARK}([^{MARK}]*+){MARK}")
_UNKNOWN = re.compile(rf"[\w.+-]*+(?:{_MARKED.pattern}[\w.+-]*+)++")
_LINE_BREAK = "close the text before the line ends, or write \\n"
_WRITTEN_AS = {"\n": _LINE_BREAK, "\r": _LINE_BREAK, "\t": "write \\t"}
_NAMED = {"\n": "a line break", "\r": "a line break", "\t": "a tab"}
_LITERALS: dict[str, JsonValue] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedJson:
    """A JSON value and the place of each value in it.

    ``sensitive_texts`` are the texts, and the parts of texts, that sensitive outputs of a template wrote.
    """

    value: JsonValue
    positions: dict[JsonPath, Position]
    sensitive_texts: frozenset[str] = frozenset()


def parse_bytes(data: bytes, *, path: str) -> ParsedJson:
    """The JSON document in a file as committed; see ``parse_text``."""
    return parse_text(decode(data, path=path), path=path)


def parse_text(text: str, *, path: str, origins: Origins | None = None, partial: bool = False) -> ParsedJson:
    """The JSON document in ``text``.

    Args:
        text: the document.
        path: the file's path, for messages.
        origins: maps places in ``text`` to the file, when it was rendered from a template.
        partial: pieces of the text may be unknown (see ``gitmoxi.domain.unknown``): a value that holds one
            is an ``Unknown``.

    Raises:
        RenderError: not JSON, duplicate keys, ``NaN`` or infinities, nesting deeper than 64, more than
            50,000 values, unpaired surrogates; with line and column.
        NeedsValuesError: not JSON, at an unknown piece.
    """
    parser = _Parser(text, path, origins or Origins.identity(text), partial=partial)
    try:
        return parser.parse()
    except RenderError as error:
        raise type(error)(presentable(each, parser.sensitive) for each in error.findings) from None


class _Parser(JsonCursor):
    def __init__(self, text: str, path: str, origins: Origins, *, partial: bool) -> None:
        super().__init__(text, path, origins, partial=partial)
        self._positions: dict[JsonPath, Position] = {}
        self.sensitive: set[str] = set()

    def parse(self) -> ParsedJson:
        self.skip_space()
        value = self._value((), self.at)
        self.skip_space()
        if self.at < len(self.text):
            self.unexpected("the end of the file")
        return ParsedJson(value=value, positions=self._positions, sensitive_texts=frozenset(self.sensitive))

    def _value(self, path: JsonPath, place: int) -> JsonValue:
        if len(path) >= MAX_DEPTH:
            self.fail("json.depth", f"values are nested deeper than {MAX_DEPTH} levels")
        if len(self._positions) >= MAX_VALUES:
            self.fail("json.size", f"the document has more than {MAX_VALUES} values")
        self._positions[path] = self.origins.position(place)
        match self.peek():
            case "{":
                return self._object(path)
            case "[":
                return self._array(path)
            case '"':
                start = self.at
                text = self._string()
                self._watch(start, text)
                return Unknown(as_written(text)) if self.partial and MARK in text else text
            case _:
                unknown = _UNKNOWN.match(self.text, self.at) if self.partial else None
                return self._unknown(unknown) if unknown is not None else self._literal_or_number()

    def _object(self, path: JsonPath) -> dict[str, JsonValue]:
        members: dict[str, JsonValue] = {}
        self.at += 1
        self.skip_space()
        if self.take("}"):
            return members
        while True:
            place = self.at
            if self.peek() != '"':
                self.unexpected('a member name in double quotes or "}"')
            name = self._name(members)
            if name in members:
                self.duplicate((*path, name), place, self._positions[*path, name])
            self.skip_space()
            if not self.take(":"):
                self.unexpected(f'":" after the member name {json.dumps(name)}')
            self.skip_space()
            members[name] = self._value((*path, name), place)
            if self._closed_or_next("}"):
                return members

    def _name(self, members: dict[str, JsonValue]) -> str:
        start = self.at
        name = self._string()
        if self.origins.is_verbatim(start):  # the names that tojson writes are no values
            self._watch(start, name)
        if not self.partial or MARK not in name:
            return name
        while name in members:  # the same expression, as in two loops, need not give the same name
            name += MARK
        return name

    def _watch(self, start: int, text: str) -> None:
        """Notes what sensitive outputs wrote of the text that began at ``start``."""
        for span in self.origins.sensitive_within(start, self.at):
            whole = span.start <= start and self.at <= span.end
            piece = self.text[max(span.start, start) : min(span.end, self.at)]
            written = text if whole else _unquoted(piece)
            if len(written) >= _SENSITIVE_FROM:
                self.sensitive.add(written)
            elif written and written != text:  # several short pieces side by side are the value itself
                self.sensitive.add(as_written(text))

    def _unknown(self, match: re.Match[str]) -> Unknown:
        """A piece outside of a text, with what stands close to it: ``{{ cpu }}`` or ``{{ size }}000``."""
        self.at = self.unknown_end = match.end()
        return Unknown(as_written(_MARKED.sub(_unescaped, match[0])))

    def _array(self, path: JsonPath) -> list[JsonValue]:
        items: list[JsonValue] = []
        self.at += 1
        self.skip_space()
        if self.take("]"):
            return items
        while True:
            items.append(self._value((*path, len(items)), self.at))
            if self._closed_or_next("]"):
                return items

    def _closed_or_next(self, closing: str) -> bool:
        self.skip_space()
        if self.take(closing):
            return True
        comma = self.at
        if not self.take(","):
            self.unexpected(f'"," or "{closing}"')
        self.skip_space()
        if self.peek() == closing:
            self.at = comma
            self.fail("json.syntax", f'a comma stands before "{closing}"', advice="remove the comma")
        return False

    def _string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            self._bad_string()
        quoted = match[0]
        value: str = json.loads(quoted) if "\\" in quoted else quoted[1:-1]
        if not value.isascii() and _SURROGATE.search(value):
            self.fail("json.surrogate", "the text has half of a surrogate pair, which is no character")
        self.at = match.end()
        return value

    def _bad_string(self) -> NoReturn:
        opening = self.at
        body = _STRING_BODY.match(self.text, self.at)
        self.at = body.end() if body else self.at
        following = self.peek()
        if following == "\\":
            self.fail("json.syntax", 'a "\\" begins no escape that JSON knows', advice='write "\\\\"')
        if following == "":
            self.at = opening
            self.fail("json.syntax", "a text is never closed", advice='add the closing "')
        advice = _WRITTEN_AS.get(following, "remove it, or write it as \\u and four hex digits")
        self.fail(
            "json.syntax", f"a text has {_NAMED.get(following, 'a control character')} in it", advice=advice
        )

    def _literal_or_number(self) -> JsonValue:
        number = _NUMBER.match(self.text, self.at)
        if number is not None:
            return self._number(number)
        word = _LITERAL.match(self.text, self.at)
        if word is not None and word[0] in _LITERALS:
            self.at = word.end()
            return _LITERALS[word[0]]
        return self.unexpected("a JSON value")

    def _number(self, match: re.Match[str]) -> int | float:
        digits, (fraction, exponent) = match[0], match.groups()
        if fraction is None and exponent is None:
            if len(digits) > MAX_DIGITS:
                self.fail("json.number", f"the number has {len(digits)} digits")
            self.at = match.end()
            return int(digits)
        number = float(digits)
        if not math.isfinite(number):
            self.fail("json.not-finite", "the number is too large to be told from infinity", found=digits)
        self.at = match.end()
        return number


def _unescaped(match: re.Match[str]) -> str:
    """An unknown piece is written as it fits into a text."""
    return MARK + str(json.loads(f'"{match[1]}"')) + MARK


def _unquoted(piece: str) -> str:
    """A piece of a JSON text as the value has it; one cut in mid-escape as it stands."""
    try:
        return str(json.loads(f'"{piece}"', strict=False))
    except ValueError:
        return piece
