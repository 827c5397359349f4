"""What the enabled noticelists say of a type, a category or a distribution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_noop

from vardkase.knowledge.noticelists.queries import enabled_notices
from vardkase.misp.types import DEFAULTS

ENGLISH = "en"
KNOWN = frozenset((gettext_noop("General Data Protection Regulation"),))
"""Lists of MISP whose names are translated."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`text` is in `language`, which is not the one asked for if the list lacks that. `fields` and `values`: where it
    applies, such as category and its names."""

    place: int
    list_id: int
    list_name: str
    text: str
    language: str
    scopes: list[str]
    fields: list[str]
    values: list[str]

    def concerns(self, type_name: str, category: str) -> bool:
        named = {"type": type_name, "category": category}
        return "attribute" in self.scopes and any(named.get(name) in self.values for name in self.fields)


def notices(language: str) -> list[Notice]:
    return [
        Notice(
            place,
            entry.noticelist_id,
            _name_of(entry.noticelist.expanded_name or entry.noticelist.name),
            *message_of(entry.data, language),
            texts_of(entry.data, "scope"),
            texts_of(entry.data, "field"),
            texts_of(entry.data, "value"),
        )
        for place, entry in enumerate(enabled_notices())
    ]


def _name_of(name: str) -> str:
    return gettext(name) if name in KNOWN else name


def notices_about(type_name: str, category: str, language: str) -> list[Notice]:
    """Those about an attribute; without a category, about the type's default one."""
    if not category and type_name in DEFAULTS:
        category = DEFAULTS[type_name][0]
    return [notice for notice in notices(language) if notice.concerns(type_name, category)]


def notices_about_distribution(found: Iterable[Notice], distribution: int) -> list[Notice]:
    return [
        notice
        for notice in found
        if "event" in notice.scopes and "distribution" in notice.fields and str(distribution) in notice.values
    ]


def message_of(data: Mapping[str, Any], language: str) -> tuple[str, str]:
    """The words of a notice in the language, else in English, else in any, and the language that they are in."""
    words = data.get("message")
    texts = words if isinstance(words, dict) else {ENGLISH: words}
    for each in (language, ENGLISH, *texts):
        if texts.get(each):
            return str(texts[each]), str(each)
    return "", language


def texts_of(data: Mapping[str, Any], name: str) -> list[str]:
    value = data.get(name) or []
    return list(map(str, value if isinstance(value, list) else [value]))
