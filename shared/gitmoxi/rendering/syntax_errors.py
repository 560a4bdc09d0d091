"""What is said about a file that is no Jinja template: most such files are templates of another tool."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError

from gitmoxi.domain.rendered import Position
from gitmoxi.rendering.origins import Lines

_FROM_GO = re.compile(r"\{\{[^}]*`|\{\{-?\s*\w+\s+\\?[\"']")
"""``{{ must_env `X` }}``, ``{{ env "X" "y" }}``; ``{{ .Name }}`` is for Docker, and stays as it is."""

_DASHED = re.compile(r"\{\{-?\s*([A-Za-z_]\w*(?:-[A-Za-z_]\w*)+)\s*[|}-]")

_UNEXPECTED = re.compile(r"unexpected char .+ at (?P<offset>\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxRemark:
    """What is wrong, where if that is known, and what to do; ``advice`` may be empty."""

    message: str
    position: Position | None
    advice: str


def explain_syntax(error: TemplateSyntaxError, source: str) -> SyntaxRemark:
    """The error of Jinja's parser in words for people who may never have seen Jinja."""
    message = error.message or "this is no template"
    unexpected = _UNEXPECTED.fullmatch(message)
    position = None
    if unexpected is not None:
        offset = int(unexpected["offset"])
        position = Lines(source).position(offset)
        message = f"{_quoted(source[offset : offset + 1])} is no part of an expression"
    line = _line(source, error.lineno)
    opening = line.find("{{") + 1
    if position is None and opening and line.count("{{") == 1:
        position = Position(line=error.lineno, column=opening)
    return SyntaxRemark(message=message, position=position, advice=_advice(line))


def dashed_name(part: str, source: str, line: int | None) -> str:
    """The name with dashes that ``part`` belongs to, such as ``task-role``, in a line; empty without one."""
    names: list[str] = _DASHED.findall(_line(source, line or 0))
    return next((name for name in names if part in name.split("-")), "")


def _line(source: str, number: int) -> str:
    """A line, counted from 1; empty where there is none."""
    return "".join(source.split("\n")[number - 1 : number]) if number > 0 else ""


def _quoted(character: str) -> str:
    return f'"{character}"' if character != '"' else f"'{character}'"


def _advice(line: str) -> str:
    if _FROM_GO.search(line):
        return (
            "this looks like a Go template, as ecspresso and lambroll read it: write {{ name }} here, and "
            "give the name its value in the input file"
        )
    if "{{{" in line:
        return "an expression stands between two braces, not three: write {{ name }}"
    return (
        "braces that are to stand as they are go between {% raw %} and {% endraw %}" if "{{" in line else ""
    )
