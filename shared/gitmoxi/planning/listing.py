"""Every place of a document that is made anew, as a difference from nothing."""

from __future__ import annotations

from collections.abc import Iterator

from gitmoxi.planning.differences import Difference
from gitmoxi.planning.documents import MISSING, Document, Json, is_blank, without_nulls
from gitmoxi.planning.rules import Rules, items_by_name, member_pattern


def list_document(document: Document, *, rules: Rules) -> tuple[Difference, ...]:
    """What the document says, place by place, without what AWS takes for granted or is told elsewhere."""
    return tuple(_places(without_nulls(document), "", "", rules))


def _places(value: Json, path: str, pattern: str, rules: Rules) -> Iterator[Difference]:
    if pattern in rules.ignored or is_blank(value):
        return
    if isinstance(value, dict):
        for name in sorted(value):
            yield from _places(value[name], member_pattern(path, name), member_pattern(pattern, name), rules)
        return
    keys = rules.keyed.get(pattern)
    named = items_by_name(value, keys) if keys is not None and isinstance(value, list) else None
    if named is None:
        yield Difference(document=rules.document, path=path, before=MISSING, after=value)
        return
    for name, item in sorted(named.items()):
        rest = {member: inner for member, inner in item.items() if member not in (keys or ())}
        if is_blank(rest):
            yield Difference(document=rules.document, path=f"{path}[{name}]", before=MISSING, after=item)
        else:
            yield from _places(rest, f"{path}[{name}]", f"{pattern}[]", rules)
