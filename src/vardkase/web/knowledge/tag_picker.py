"""The picker of tags, taxonomies and clusters: what a person may attach, found by name, meaning or T-number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.identity.access.actor import Actor
from vardkase.knowledge.tag_choices import TagChoice, tag_choices
from vardkase.web.ui.chips import tag_words
from vardkase.web.ui.forms.picker import SHOWN, Picker, PickerChoice, Searched
from vardkase.web.ui.markdown import plain

LONGEST_DETAIL = 140


@dataclass(frozen=True, slots=True)
class ChoosableTags(Searched):
    """Tags by name, as far as the actor may attach them."""

    actor: Actor

    def find(self, text: str) -> list[PickerChoice]:
        return [_choice(each) for each in tag_choices(self.actor, text)[: 2 * SHOWN]]

    def named(self, values: Sequence[str]) -> list[PickerChoice]:
        return [PickerChoice(value, tag_words(value)) for value in values]


class TagPicker(Picker):
    """`ask` says whose tags may be chosen."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", pgettext_lazy("noun", "Tags"))
        options.setdefault(
            "help_text",
            _(
                "Search for tags, taxonomies, actors and techniques. Numbers such as T1486 are recognised, and "
                "commas separate several."
            ),
        )
        super().__init__(**options)

    def ask(self, actor: Actor) -> None:
        self.source = ChoosableTags(actor)


def _choice(choice: TagChoice) -> PickerChoice:
    said = plain(choice.title or choice.description) or choice.source
    return PickerChoice(choice.name, tag_words(choice.name), Truncator(said).chars(LONGEST_DETAIL))
