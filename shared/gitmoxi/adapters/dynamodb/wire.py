"""DynamoDB's attribute values, keys and items as our adapters write them (API_AttributeValue)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitmoxi.errors import CorruptRecordError

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb.type_defs import UniversalAttributeValueTypeDef as Attribute

Item = Mapping[str, Any]
"""An item as DynamoDB answers it: attribute name to ``{"S": text}`` or ``{"N": digits}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables' names, as the stack gave them out."""

    repositories: str
    commits: str
    deployments: str
    targets: str
    outbox: str
    audit: str


@dataclass(frozen=True, slots=True)
class Key:
    """The primary key of an item within its table."""

    pk: str
    sk: str

    def __str__(self) -> str:
        return f"{self.pk} / {self.sk}"

    @property
    def attributes(self) -> dict[str, Attribute]:
        return {"pk": text(self.pk), "sk": text(self.sk)}


def text(value: str) -> Attribute:
    """A string attribute."""
    return {"S": value}


def number(value: int) -> Attribute:
    """A number attribute; DynamoDB carries its digits as text."""
    return {"N": str(value)}


def key_of(item: Item) -> Key:
    """The primary key of a stored item; index entries carry it too."""
    return Key(text_of(item, "pk"), text_of(item, "sk"))


def text_of(item: Item, name: str) -> str:
    """A string attribute that our items always have."""
    return str(_value(item, name, "S"))


def number_of(item: Item, name: str) -> int:
    """A number attribute that our items always have."""
    return int(_value(item, name, "N"))


def _value(item: Item, name: str, kind: str) -> Any:
    try:
        return item[name][kind]
    except KeyError as error:
        stored = f"{item.get('pk', {}).get('S')} / {item.get('sk', {}).get('S')}"
        raise CorruptRecordError(f"{stored} is stored without its attribute {name}") from error
