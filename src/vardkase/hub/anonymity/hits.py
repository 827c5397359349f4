"""What in a draft points to its author, and what is to be done about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.hub.anonymity.drafts import Path


class HitKind(models.TextChoices):
    NAME = "name", _("Your organisation’s name")
    NUMBER = "number", _("Your organisation’s number")
    DOMAIN = "domain", _("Your domain")
    LOOKALIKE = "lookalike", _("Contains your organisation’s name")
    ADDRESS = "address", _("A person at your organisation")
    NETWORK = "network", _("Your network")
    HOST = "host", _("Named like your computers")
    IDENTIFIER = "identifier", _("An identifier that you have used")
    MACHINE_IDENTIFIER = "machine_identifier", _("An identifier with a machine’s address and time")
    EARLIER_VALUE = "earlier_value", _("Also in an event of yours")
    EARLIER_EVENT = "earlier_event", _("An event of yours with the same values")
    EARLIER_TEXT = "earlier_text", _("The same text as in an event of yours")
    SOURCE = "source", _("Your event, of which this is a copy")
    EARLIER_SIGHTING = "earlier_sighting", _("You have reported a sighting of it")
    SIGNATURE = "signature", _("A signature")
    WORDING = "wording", _("Words about yourselves")
    TARGET = "target", _("Says who was attacked")
    SECTOR_TAG = "sector_tag", _("A tag for a sector or region")
    OWN_TAG = "own_tag", _("A tag that only you use")
    RECIPIENTS = "recipients", _("A sharing group")
    HISTORY = "history", _("History of the event")
    UNREAD_FILE = "unread_file", _("A file that the hub cannot search")


class HitAction(StrEnum):
    KEEP = "keep"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Hit:
    """`span`: of `text` in the text at `path`, or None if the part itself is meant. `suggestion` is what to write there
    instead, or None if the part is best removed. `removes`: what goes away with it, or None if it cannot be removed.
    `note` says more, for the author alone.
    """

    kind: HitKind
    path: Path
    text: str
    span: tuple[int, int] | None = None
    suggestion: str | None = None
    removes: Path | None = None
    note: str = ""

    @property
    def id(self) -> str:
        """Of what and where it is: the same when the same draft is checked again."""
        said = repr((self.kind.value, self.path, self.span, self.text))
        return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:24]

    @property
    def actions(self) -> tuple[HitAction, ...]:
        change = (HitAction.CHANGE,) if self.span is not None else ()
        remove = (HitAction.REMOVE,) if self.removes is not None else ()
        return (HitAction.KEEP, *change, *remove)

    @property
    def suggested(self) -> HitAction:
        if self.span is not None and self.suggestion is not None:
            return HitAction.CHANGE
        return HitAction.KEEP if self.removes is None else HitAction.REMOVE


@dataclass(frozen=True, slots=True)
class HitDecision:
    action: HitAction
    replacement: str = ""
