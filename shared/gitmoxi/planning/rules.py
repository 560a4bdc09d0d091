"""How two AWS documents of one kind are to be compared, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gitmoxi.planning.documents import Document, Json, canonical, without_nulls


def _unchanged(document: Document) -> Document:
    return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What AWS does with the documents of one kind.

    Places in a document are patterns: ``containerDefinitions[].portMappings[].protocol``; the document itself
    is ``""``.

    Attributes:
        document: what people call such a document: ``service``, ``task definition``, ``function``.
        keyed: list → the members that together name an item; the order of such a list has no meaning.
        unordered: lists whose order has no meaning and whose items have no name.
        defaults: place of an object → the members that AWS takes for granted when they are left out.
        kept_in: objects of which a member that is not wanted stays as it lives ("omitted = kept").
        kept: single members of which the same holds.
        ignored: members that AWS fills in or that are compared elsewhere.
        fields: if set, the top-level members that count when only the live document has them.
        same: place → whether two different values mean the same there.
        prepare: what no table can say; it gets and gives a whole document.
    """

    document: str
    keyed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unordered: frozenset[str] = frozenset()
    defaults: Mapping[str, Document] = field(default_factory=dict)
    kept_in: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    fields: frozenset[str] | None = None
    same: Mapping[str, Callable[[Json, Json], bool]] = field(default_factory=dict)
    prepare: Callable[[Document], Document] = _unchanged


def member_pattern(parent: str, name: str) -> str:
    """The place of a member of the object at ``parent``."""
    return f"{parent}.{name}" if parent else name


def normalise(document: Document, rules: Rules, *, wanted: bool) -> Document:
    """A document as AWS would answer it: no nulls, defaults filled in, order-free lists sorted.

    Of a ``wanted`` document the members that are kept when left out stay left out.
    """
    prepared = rules.prepare(without_nulls(document))
    result: Document = _normalised(prepared, "", rules, wanted=wanted)
    return result


def _normalised(value: Json, pattern: str, rules: Rules, *, wanted: bool) -> Json:
    if isinstance(value, dict):
        filled = {**_defaults(pattern, rules, wanted=wanted), **value}
        return {
            name: _normalised(member, place, rules, wanted=wanted)
            for name, member in filled.items()
            if (place := member_pattern(pattern, name)) not in rules.ignored
        }
    if isinstance(value, list):
        inner = f"{pattern}[]"
        items = [_normalised(item, inner, rules, wanted=wanted) for item in value]
        if len(items) > 1 and (pattern in rules.keyed or pattern in rules.unordered):
            return _sorted(items, rules.keyed.get(pattern))
        return items
    return value


def items_by_name(items: list[Json], members: tuple[str, ...] | None) -> dict[str, Json] | None:
    """The items by their names; None where they have none, or where two share one."""
    if members is None or not all(isinstance(item, dict) for item in items):
        return None
    named = {"/".join(str(item[m]) for m in members if m in item): item for item in items}
    return named if len(named) == len(items) and "" not in named else None


def _sorted(items: list[Json], members: tuple[str, ...] | None) -> list[Json]:
    """Sorted by their names, which is quick, or else by all that they say."""
    named = items_by_name(items, members)
    return sorted(items, key=canonical) if named is None else [named[name] for name in sorted(named)]


def _defaults(pattern: str, rules: Rules, *, wanted: bool) -> Document:
    defaults = rules.defaults.get(pattern, {})
    if not wanted:
        return defaults
    if pattern in rules.kept_in:
        return {}
    return {n: v for n, v in defaults.items() if member_pattern(pattern, n) not in rules.kept}
