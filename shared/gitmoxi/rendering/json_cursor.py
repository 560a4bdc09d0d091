"""A place in a JSON text, and what is said when the text cannot go on as it does there."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from gitmoxi.domain.rendered import JsonPath, Position, show_path
from gitmoxi.domain.unknown import MARK
from gitmoxi.rendering.errors import NeedsValuesError, render_error
from gitmoxi.rendering.json_advice import known_fault, syntax_advice
from gitmoxi.rendering.origins import Origins

_SPACE = re.compile(r"[ \t\n\r]*+")
_WORD = re.compile(r"\.{2,}+|\$\{\w++\}|[A-Za-z_$<%@][\w$.<>%@-]*+")
"""What is shown of an unexpected text: a word, a placeholder, or dots."""


class JsonCursor:
    """Moves over a text; a parser of JSON builds on it."""

    def __init__(self, text: str, path: str, origins: Origins, *, partial: bool) -> None:
        self.text = text
        self.at = 0
        self.origins = origins
        self.partial = partial and MARK in text
        self.unknown_end = 0
        """Where the last unknown value ended that did not stand in a text."""
        self._path = path

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, character: str) -> bool:
        """Steps over ``character`` if it comes next."""
        if self.peek() != character:
            return False
        self.at += 1
        return True

    def skip_space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def duplicate(self, path: JsonPath, place: int, first: Position) -> NoReturn:
        """Refuses a member whose name was given before."""
        self.at = place
        self.fail(
            "json.duplicate-key",
            f"{json.dumps(path[-1])} stands here a second time; it was given in line {first.line} already",
            json_path=show_path(path),
            advice="keep one of the two",
        )

    def unexpected(self, expected: str) -> NoReturn:
        """Refuses what comes next, where ``expected`` should."""
        word = _WORD.match(self.text, self.at)
        found = word[0] if word is not None else self.peek()
        if not found or self.origins.is_verbatim(self.at):
            fault, advice = known_fault(self.text, self.at)
            if fault:
                self.fail("json.syntax", fault, expected=expected, advice=advice)
        else:
            self.fail(
                "json.syntax",
                f"expected {expected} and found something else that an expression wrote",
                expected=expected,
                advice="write {{ name | tojson }} without quotes around it: it takes care of them",
            )
        if found in {"NaN", "Infinity"} or self.text.startswith("-Infinity", self.at):
            self.fail("json.not-finite", "JSON has no NaN and no infinities", found=found)
        shown = json.dumps(found, ensure_ascii=False) if found else "the end of the file"
        self.fail(
            "json.syntax",
            f"expected {expected} and found {shown}",
            found=found,
            expected=expected,
            advice=syntax_advice(
                found,
                before=self.text[max(self.at - 1, 0) : self.at],
                following=self.text[self.at : self.at + 2],
                expected=expected,
            ),
        )

    def fail(
        self,
        rule: str,
        message: str,
        *,
        found: str = "",
        expected: str = "",
        advice: str = "",
        json_path: str = "",
    ) -> NoReturn:
        """Refuses the text at this place.

        Raises:
            RenderError: always.
            NeedsValuesError: if what stands here is not known.
        """
        offset = min(self.at, len(self.text))
        place = self.origins.position(offset)
        line = self.origins.shown_line(self.text, offset) if self.origins.rendered else ""
        error = render_error(
            file=self._path,
            rule=rule,
            message=f"{message}; the line was rendered to: {line}" if line else message,
            line=place.line,
            column=place.column,
            json_path=json_path,
            found=found,
            expected=expected,
            advice=advice,
        )
        raise NeedsValuesError(error.findings) if self._at_unknown() else error

    def _at_unknown(self) -> bool:
        """Whether the next character, or the value before it, is not known."""
        if not self.partial:
            return False
        after_one = self.unknown_end > 0 and not self.text[self.unknown_end : self.at].strip()
        return self.peek() == MARK or after_one
