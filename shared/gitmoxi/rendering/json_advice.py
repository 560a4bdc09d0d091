"""What to do about a text that is no JSON: what stands there tells what was meant."""

from __future__ import annotations

import re
from typing import Final

_TAGS: Final = frozenset({"{{", "{%", "{#"})
_FROM_PYTHON: Final = frozenset({"True", "False", "None"})
_PLACEHOLDER: Final = re.compile(r"\$+(\w+\$*|\{\w+\})|<[A-Za-z].*|%\w+%|@\w+@|__\w+__")
_WORD: Final = re.compile(r"[A-Za-z_].*")
_LIKENESS: Final = "it looks like a placeholder of another tool"

_CONFLICT: Final = re.compile(r"(?:<{7}|={7}|>{7})(?: |\r?$)", re.MULTILINE)
_YAML: Final = re.compile(r"\s*+(?:#[^\n]*+\s*+)*+(?:---\s|[A-Za-z_][\w.-]*+:(?:\s|\Z))")


def known_fault(text: str, at: int) -> tuple[str, str]:
    """What is wrong with a text that cannot go on at ``at``, and what to do; both empty if that is not known.

    A text that is empty, that git left half merged, or that is YAML, says more than its first odd character.
    """
    if not text.strip():
        return "the file is empty", "write a JSON document, or delete the file"
    if _CONFLICT.match(text, at) and text[at - 1 : at] in {"", "\n"}:
        return (
            "a merge conflict is left in the file",
            "keep one of the two sides, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>",
        )
    if not text[:at].strip() and _YAML.match(text):
        return (
            "this is YAML; JSON is expected",
            "write it as JSON: keys and texts in double quotes, within { }",
        )
    return "", ""


def syntax_advice(found: str, *, before: str, following: str, expected: str) -> str:
    """What to do; empty if nothing tells what was meant.

    Args:
        found: the word or the character that should not be there; empty at the end of the file.
        before: the character before it.
        following: the two characters that it begins with.
        expected: what JSON has there, in words.
    """
    if _TAGS & {following, before + following[:1]}:
        return "this file is plain JSON: values from it go into the other files, not the reverse"
    if found in _FROM_PYTHON or following.startswith("'"):
        return (
            "JSON has true, false and null, and text in double quotes; a value that is no text is written "
            "{{ name | tojson }} in a template"
        )
    if following in {"//", "/*"} or found == "#":
        return "JSON has no comments; a template may have {# comments #}"
    if not found:
        return "something that was opened is not closed"
    if found.startswith(".."):
        return f"{found} stands for something that was left out: write it in full, or remove it"
    return _advice_on_word(found, expected)


def _advice_on_word(found: str, expected: str) -> str:
    if _PLACEHOLDER.fullmatch(found):
        if "member name" in expected:
            return (
                f"{_LIKENESS}: write the member in full, with {{{{ name | tojson }}}} as its value, and "
                "define name in the input file"
            )
        return f"{_LIKENESS}: write {{{{ name | tojson }}}} here, and define name in the input file"
    if expected.startswith('","'):
        return 'add a comma before it; within a text, a " is written \\"'
    return f'write it in double quotes: "{found}"' if _WORD.fullmatch(found) else ""
