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

from gitmoxi.domain.rendered import JsonPath, JsonValue, Position, show_path
from gitmoxi.rendering.errors import RenderError, render_error
from gitmoxi.rendering.origins import Origins
from gitmoxi.rendering.text import decode

MAX_DEPTH = 64
"""AWS's own documents nest about ten levels."""

MAX_VALUES = 50_000
"""Values in one document, so that a small file cannot become a large heap."""

MAX_DIGITS = 60
"""Digits of an integer: AWS's largest have 19, and Python's own parsing time grows with the square."""

_SPACE = re.compile(r"[ \t\n\r]*+")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+"')
_STRING_BODY = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?")
_WORD = re.compile(r"[A-Za-z_$<][\w$.<>-]*+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LITERALS: dict[str, JsonValue] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedJson:
    """A JSON value and the place of each value in it."""

    value: JsonValue
    positions: dict[JsonPath, Position]


def parse_bytes(data: bytes, *, path: str) -> ParsedJson:
    """The JSON document in a file as committed; see ``parse_text``."""
    return parse_text(decode(data, path=path), path=path)


def parse_text(text: str, *, path: str, origins: Origins | None = None) -> ParsedJson:
    """The JSON document in ``text``.

    Args:
        text: the document.
        path: the file's path, for messages.
        origins: maps places in ``text`` to the file, when it was rendered from a template.

    Raises:
        RenderError: not JSON, duplicate keys, ``NaN`` or infinities, nesting deeper than 64, more than
            50,000 values, unpaired surrogates; with line and column.
    """
    return _Parser(text, path, origins or Origins.identity(text)).parse()


class _Parser:
    def __init__(self, text: str, path: str, origins: Origins) -> None:
        self._text = text
        self._path = path
        self._origins = origins
        self._at = 0
        self._positions: dict[JsonPath, Position] = {}

    def parse(self) -> ParsedJson:
        self._skip_space()
        value = self._value((), self._at)
        self._skip_space()
        if self._at < len(self._text):
            self._unexpected("the end of the file")
        return ParsedJson(value=value, positions=self._positions)

    def _value(self, path: JsonPath, place: int) -> JsonValue:
        if len(path) >= MAX_DEPTH:
            self._fail("json.depth", f"values are nested deeper than {MAX_DEPTH} levels")
        if len(self._positions) >= MAX_VALUES:
            self._fail("json.size", f"the document has more than {MAX_VALUES} values")
        self._positions[path] = self._origins.position(place)
        match self._peek():
            case "{":
                return self._object(path)
            case "[":
                return self._array(path)
            case '"':
                return self._string()
            case _:
                return self._literal_or_number()

    def _object(self, path: JsonPath) -> dict[str, JsonValue]:
        members: dict[str, JsonValue] = {}
        self._at += 1
        self._skip_space()
        if self._take("}"):
            return members
        while True:
            place = self._at
            if self._peek() != '"':
                self._unexpected('a member name in double quotes or "}"')
            name = self._string()
            if name in members:
                self._duplicate((*path, name), place)
            self._skip_space()
            if not self._take(":"):
                self._unexpected(f'":" after the member name {json.dumps(name)}')
            self._skip_space()
            members[name] = self._value((*path, name), place)
            if self._closed_or_next("}"):
                return members

    def _array(self, path: JsonPath) -> list[JsonValue]:
        items: list[JsonValue] = []
        self._at += 1
        self._skip_space()
        if self._take("]"):
            return items
        while True:
            items.append(self._value((*path, len(items)), self._at))
            if self._closed_or_next("]"):
                return items

    def _closed_or_next(self, closing: str) -> bool:
        self._skip_space()
        if self._take(closing):
            return True
        comma = self._at
        if not self._take(","):
            self._unexpected(f'"," or "{closing}"')
        self._skip_space()
        if self._peek() == closing:
            self._at = comma
            self._fail("json.syntax", f'a comma stands before "{closing}"', advice="remove the comma")
        return False

    def _string(self) -> str:
        match = _STRING.match(self._text, self._at)
        if match is None:
            self._bad_string()
        value: str = json.loads(match[0])
        if _SURROGATE.search(value):
            self._fail("json.surrogate", "the text has half of a surrogate pair, which is no character")
        self._at = match.end()
        return value

    def _bad_string(self) -> NoReturn:
        opening = self._at
        body = _STRING_BODY.match(self._text, self._at)
        self._at = body.end() if body else self._at
        following = self._peek()
        if following == "\\":
            self._fail("json.syntax", 'a "\\" begins no escape that JSON knows', advice='write "\\\\"')
        if following == "":
            self._at = opening
            self._fail("json.syntax", "a text is never closed", advice='add the closing "')
        advice = "close the text before the line ends, or write \\n" if following in "\r\n" else ""
        self._fail("json.syntax", f"a text has the control character {following!r} in it", advice=advice)

    def _literal_or_number(self) -> JsonValue:
        number = _NUMBER.match(self._text, self._at)
        if number is not None:
            return self._number(number)
        word = _WORD.match(self._text, self._at)
        if word is not None and word[0] in _LITERALS:
            self._at = word.end()
            return _LITERALS[word[0]]
        return self._unexpected("a JSON value")

    def _number(self, match: re.Match[str]) -> int | float:
        digits, (fraction, exponent) = match[0], match.groups()
        if fraction is None and exponent is None:
            if len(digits) > MAX_DIGITS:
                self._fail("json.number", f"the number has {len(digits)} digits")
            self._at = match.end()
            return int(digits)
        number = float(digits)
        if not math.isfinite(number):
            self._fail("json.not-finite", "the number is too large to be told from infinity", found=digits)
        self._at = match.end()
        return number

    def _skip_space(self) -> None:
        match = _SPACE.match(self._text, self._at)
        assert match is not None
        self._at = match.end()

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, character: str) -> bool:
        if self._peek() != character:
            return False
        self._at += 1
        return True

    def _duplicate(self, path: JsonPath, place: int) -> NoReturn:
        first = self._positions[path]
        self._at = place
        self._fail(
            "json.duplicate-key",
            f"{json.dumps(path[-1])} stands here a second time; it was given in line {first.line} already",
            json_path=show_path(path),
            advice="keep one of the two",
        )

    def _unexpected(self, expected: str) -> NoReturn:
        word = _WORD.match(self._text, self._at)
        found = word[0] if word is not None else self._peek()
        if found and not self._origins.is_verbatim(self._at):
            self._fail(
                "json.syntax",
                f"expected {expected} and found something else that an expression wrote",
                expected=expected,
                advice="write {{ name | tojson }} without quotes around it: it takes care of them",
            )
        if found in {"NaN", "Infinity"} or self._text.startswith("-Infinity", self._at):
            self._fail("json.not-finite", "JSON has no NaN and no infinities", found=found)
        shown = json.dumps(found, ensure_ascii=False) if found else "the end of the file"
        self._fail(
            "json.syntax",
            f"expected {expected} and found {shown}",
            found=found,
            expected=expected,
            advice=self._advice(found),
        )

    def _advice(self, found: str) -> str:
        following = self._text[self._at : self._at + 2]
        if {"{{", "{%", "{#"} & {following, self._text[self._at - 1 : self._at + 1]}:
            return "this file is plain JSON: values from it go into the other files, not the reverse"
        if found in {"True", "False", "None"} or following.startswith("'"):
            return "a value that is no text is written {{ name | tojson }} in a template"
        if following in {"//", "/*"} or found == "#":
            return "JSON has no comments; a template may have {# comments #}"
        if not found:
            return "something that was opened is not closed"
        return ""

    def _fail(
        self,
        rule: str,
        message: str,
        *,
        found: str = "",
        expected: str = "",
        advice: str = "",
        json_path: str = "",
    ) -> NoReturn:
        place = self._origins.position(min(self._at, len(self._text)))
        raise self._error(place, rule, message, found, expected, advice, json_path)

    def _error(
        self, place: Position, rule: str, message: str, found: str, expected: str, advice: str, json_path: str
    ) -> RenderError:
        return render_error(
            file=self._path,
            rule=rule,
            message=message,
            line=place.line,
            column=place.column,
            json_path=json_path,
            found=found,
            expected=expected,
            advice=advice,
        )
