"""A dry run as Markdown for a pull request's comment, in which committed text means nothing but itself.

Text that others wrote stands in code spans and code fences only: there neither Markdown nor HTML nor a
mention of somebody means anything (GitHub Flavored Markdown, "Code spans", "Fenced code blocks").
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from gitmoxi.domain.dryrun_shown import (
    ShownDifference,
    ShownDryRun,
    ShownObject,
    ShownPlan,
    ShownReport,
    sentence,
)
from gitmoxi.domain.dryruns import SIGNS, Outcome, tally
from gitmoxi.domain.plain_text import plain

LONGEST_COMMENT = 60_000
"""Characters; GitHub refuses comments above 65,536."""

FINDINGS_IN_COMMENT = 5
"""Of one object, so that there is room for the other objects."""

_LAST_WORDS = 200
"""Characters kept free for the sentence that says how much is left out."""

_LONGEST_VALUE = 2_000
"""Characters of one side of a difference: what is longer is read with gmctl."""


def markdown(
    found: ShownDryRun, report: ShownReport, *, verbose: bool, longest: int = LONGEST_COMMENT
) -> str:
    """The comment: a sum, a table, and for each object that is not unchanged its details, folded.

    It has at most ``longest`` characters: what does not fit is left out, and the comment says so.
    """
    head = _head_within(found, report, longest - _LAST_WORDS)
    told = [item for item in report.objects if item.outcome is not Outcome.NOTHING or item.notes]
    details, left_out = _fitting(
        (_details(item, verbose=verbose) for item in told), len(head), longest - _LAST_WORDS
    )
    if left_out:
        details.append(f"\nThe details of {left_out} more are left out: the comment would be too long.\n")
    return f"{head}\n{''.join(details)}"


def code(text: str) -> str:
    """``text`` as a code span, on one line."""
    line = " ".join(plain(text).split())
    ticks = "`" * (_longest_run(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def table_cell(text: str) -> str:
    """``text`` as a code span that cannot end its cell; nothing for nothing (GFM, "Tables")."""
    return code(text).replace("|", r"\|") if text else ""


def fence(text: str, language: str) -> str:
    """``text`` as a code block that nothing in it can end."""
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}{language}\n{plain(text)}\n{ticks}\n"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall(r"`+", text)), default=0)


def _fitting(parts: Iterable[str], used: int, longest: int) -> tuple[list[str], int]:
    """The parts that fit into a comment in which ``used`` characters are taken; how many do not."""
    taken: list[str] = []
    left_out = 0
    for part in parts:
        if used + len(part) > longest:
            left_out += 1
            continue
        used += len(part)
        taken.append(part)
    return taken, left_out


def _head_within(found: ShownDryRun, report: ShownReport, longest: int) -> str:
    """The lines of the head that fit; a table of hundreds of objects may not, in a short comment."""
    lines = list(_head(found, report))
    whole = "\n".join(lines)
    if len(whole) <= longest:
        return whole
    fitting, _ = _fitting((f"{line}\n" for line in lines), 0, longest)
    return f"{''.join(fitting)}\n{len(lines) - len(fitting)} lines more are left out."


def _head(found: ShownDryRun, report: ShownReport) -> Iterator[str]:
    tree = f"{code(found.branch)} with the tree of {code(found.head)}" if found.head else code(found.branch)
    yield f"### Gitmoxi dry run: {tally(item.outcome for item in report.objects)}"
    yield ""
    yield f"Deploying {tree} at {code((found.sha or '')[:12])}. Nothing was changed."
    yield ""
    if report.objects:
        yield "| | Service object | Target | Account, region |"
        yield "|---|---|---|---|"
    for item in report.objects:
        sign = f"{code(SIGNS[item.outcome])} {item.outcome}"
        yield f"| {sign} | {table_cell(item.prefix)} | {table_cell(item.name)} | {table_cell(item.place)} |"
    if report.objects:
        yield ""
    for warning in report.warnings:
        yield f"- warning: {code(warning)}"


def _details(item: ShownObject, *, verbose: bool) -> str:
    """HTML ends at the first empty line, and Markdown begins (GFM, "HTML blocks")."""
    summary = html.escape(" ".join(plain(sentence(item)).split()))
    body = "".join(_body(item, verbose=verbose))
    return f"\n<details><summary><code>{summary}</code></summary>\n\n{body}\n</details>\n"


def _body(item: ShownObject, *, verbose: bool) -> Iterator[str]:
    if item.failure is not None:
        yield f"- **refused**: {code(item.failure)}\n"
    if item.held is not None:
        yield f"- **held: needs approval**: {code(item.held)}\n"
    for finding in item.findings[:FINDINGS_IN_COMMENT]:
        yield f"- {finding.severity}: {code(finding.place)} {code(finding.told)}\n"
    if len(item.findings) > FINDINGS_IN_COMMENT:
        yield f"- … {len(item.findings) - FINDINGS_IN_COMMENT} more (`gmctl validate` shows all)\n"
    if item.plan is not None and not item.refused:
        for warning in item.plan.warnings:
            risk = f"**{warning.risk} risk**" if warning.risk else "warning"
            yield f"- {risk}: {code(warning.text)}\n"
    for note in item.notes:
        yield f"- note: {code(note)}\n"
    if item.plan is not None:
        yield from plan_section(item.plan, verbose=verbose)
    for path, text in (item.rendered or {}).items():
        yield f"\n{code(path)}, rendered:\n\n{fence(text, 'json')}"


def plan_section(plan: ShownPlan, *, verbose: bool) -> Iterator[str]:
    """The differences of a plan; with ``verbose`` its steps and calls too."""
    if plan.differences:
        lines = [line for difference in plan.differences for line in _diff(difference)]
        yield f"\n{fence(chr(10).join(lines), 'diff')}"
    if verbose and plan.steps:
        yield f"\nStrategy {code(plan.strategy)}:\n\n"
        yield from (f"{number}. {code(step)}\n" for number, step in enumerate(plan.steps, start=1))
    if verbose and plan.calls:
        yield "\nAWS calls:\n\n"
        yield from (f"- {code(call.api)} {code(call.summary)}\n" for call in plan.calls)


def _diff(difference: ShownDifference) -> Iterator[str]:
    """Each line carries its sign: a value with line breaks cannot pretend to be another change."""
    yield "  " + " ".join(f"{difference.document} {difference.path}".split())
    yield from _signed("-", difference.before)
    yield from _signed("+", difference.after)


def _signed(sign: str, value: str | None) -> Iterator[str]:
    if value is None:
        return
    shown = value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"
    yield from (f"{sign}   {line}" for line in shown.split("\n"))
