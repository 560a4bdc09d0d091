"""Values that are not known where a document is checked without its input; what needs them is not checked.

A template's expression that cannot be evaluated shows in the rendered text as its own source between two
``MARK`` characters. In the parsed document, every value that holds such a piece is an ``Unknown``. The name
of an object's member must stay a plain text, so there the marks stay in it: ``holds_mark`` tells such a
name, and ``as_written`` shows it as the user wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

MARK: Final = "\uf8fe"
"""Stands before and after an unknown value's expression in rendered text; it is for private use."""

_MARKED = re.compile(f"{MARK}([^{MARK}]*){MARK}")


class UnknownValueError(Exception):
    """A check looked at a value that is not known here: it can say nothing, neither good nor bad."""


class Unknown(str):
    """A JSON value of any type whose value is not known here; its text is what the user wrote for it.

    It can be passed on and shown. Whatever compares it, measures it or looks into it is told that there is
    nothing to be known, by an ``UnknownValueError``, so that no check takes it for a value.
    """

    __slots__ = ()

    def _untold(self, *_arguments: Any) -> NoReturn:
        raise UnknownValueError(f"the value of {str.__str__(self)} is not known here")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _untold
    __hash__ = _untold
    __len__ = __bool__ = __contains__ = __getitem__ = _untold

    def __iter__(self) -> Iterator[str]:
        self._untold()


def is_unknown(value: object) -> bool:
    """Whether ``value`` stands for one that is not known here; asking this is always allowed."""
    return isinstance(value, Unknown)


def holds_mark(text: str) -> bool:
    """Whether a plain text, such as the name of an object's member, has an unknown piece in it."""
    return MARK in text


def as_written(text: str) -> str:
    """A text with marks as the user wrote it: ``app-{{ env }}``."""
    return _MARKED.sub(r"{{ \1 }}", text).replace(MARK, "")
