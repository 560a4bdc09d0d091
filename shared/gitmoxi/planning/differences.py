"""What differs between the document that is wanted and the one that lives, place by place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gitmoxi.domain.deployments import PlannedDifference
from gitmoxi.planning.documents import MISSING, Document, Json, canonical, is_blank
from gitmoxi.planning.rules import Rules, items_by_name, member_pattern, normalise

LONGEST_VALUE = 300
"""Characters of a value that a difference shows; the whole text stands in the rendered document."""

Mask = Callable[[Json], Json]
"""Replaces what is sensitive in a value, and leaves the rest as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place: ``before`` lives, ``after`` is wanted; ``MISSING`` on the side that has nothing there.

    ``document`` is the one that the place lies in, as people call it. Items of lists that have a name are
    shown by it: ``containerDefinitions[nginx].image``.
    """

    document: str
    path: str
    before: Json
    after: Json

    @property
    def field(self) -> str:
        """The top-level member that the place lies in."""
        return self.path.partition(".")[0].partition("[")[0]

    def planned(self, mask: Mask) -> PlannedDifference:
        """The difference for people; where one side is sensitive, the other is taken to be so too."""
        before, after = mask(self.before), mask(self.after)
        if before != self.before or after != self.after:
            before, after = _hidden(self.before, before), _hidden(self.after, after)
        return PlannedDifference(
            document=self.document,
            path=str(mask(self.path)),
            before=_shown(before, mask),
            after=_shown(after, mask),
        )

    def __str__(self) -> str:
        return str(self.planned(lambda value: value))


def diff_documents(desired: Document, live: Document, *, rules: Rules) -> tuple[Difference, ...]:
    """What would have to change for ``live`` to be ``desired``, in the order of the places' names."""
    want = normalise(desired, rules, wanted=True)
    have = normalise(live, rules, wanted=False)
    return tuple(_compare(want, have, "", "", rules))


def _compare(want: Json, have: Json, path: str, pattern: str, rules: Rules) -> Iterator[Difference]:
    if is_blank(want) and is_blank(have):
        return
    if pattern in rules.keyed:  # so that each item is told by its name, also where the other side has no list
        want, have = ([] if side is MISSING else side for side in (want, have))
    if isinstance(want, dict) and isinstance(have, dict):
        yield from _compare_members(want, have, path, pattern, rules)
    elif isinstance(want, list) and isinstance(have, list):
        yield from _compare_items(want, have, path, pattern, rules)
    elif not _equal(want, have, pattern, rules):
        yield Difference(document=rules.document, path=path, before=have, after=want)


def _compare_members(
    want: Document, have: Document, path: str, pattern: str, rules: Rules
) -> Iterator[Difference]:
    for name in sorted({*want, *have}):
        place = member_pattern(pattern, name)
        if name not in want and _stays(place, pattern, rules):
            continue
        yield from _compare(
            want.get(name, MISSING), have.get(name, MISSING), member_pattern(path, name), place, rules
        )


def _stays(place: str, parent: str, rules: Rules) -> bool:
    if parent in rules.kept_in or place in rules.kept:
        return True
    return not parent and rules.fields is not None and place not in rules.fields


def _compare_items(
    want: list[Json], have: list[Json], path: str, pattern: str, rules: Rules
) -> Iterator[Difference]:
    wanted_by_name = items_by_name(want, rules.keyed.get(pattern))
    live_by_name = items_by_name(have, rules.keyed.get(pattern))
    if wanted_by_name is None or live_by_name is None:
        if len(want) != len(have) or any(
            next(_compare(w, h, path, f"{pattern}[]", rules), None) for w, h in zip(want, have, strict=True)
        ):
            yield Difference(document=rules.document, path=path, before=have, after=want)
        return
    for name in sorted({*wanted_by_name, *live_by_name}):
        yield from _compare(
            wanted_by_name.get(name, MISSING),
            live_by_name.get(name, MISSING),
            f"{path}[{name}]",
            f"{pattern}[]",
            rules,
        )


def _equal(want: Json, have: Json, pattern: str, rules: Rules) -> bool:
    if want is MISSING or have is MISSING:
        return False
    if isinstance(want, bool) is isinstance(have, bool) and want == have:
        return True
    same = rules.same.get(pattern)
    return same is not None and same(want, have)


def _hidden(value: Json, masked: Json) -> Json:
    if value is MISSING or masked != value:
        return masked
    return "(hidden)"


def _shown(value: Json, mask: Mask) -> str | None:
    if value is MISSING:
        return None
    # Masked once more: written as JSON, a value may hold a sensitive one that its parts do not.
    text = str(mask(value if isinstance(value, str) and value else canonical(value)))
    if len(text) > LONGEST_VALUE:
        return f"{text[:LONGEST_VALUE]}… ({len(text)} characters)"
    return text
