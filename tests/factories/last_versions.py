"""A published event that its owner is changing."""

from __future__ import annotations

from typing import Any

from tests.factories.event_page import Setup, text_of
from tests.factories.seed import Seed
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.models import Event

NEW = "new.example"
OLD_TITLE = "Phishing in the name of payroll"


def change(seed: Seed, published: Setup) -> Setup:
    """Organisation A adds an attribute to its event, and gives it another title."""
    add_attributes(seed.org_admin.actor, published.event.pk, [{"type": "domain", "value": NEW}])
    Event.objects.filter(pk=published.event.pk).update(info="Changed title")
    return published


def words(answer: Any) -> str:
    """A page's text, with its values as they are written in events."""
    return text_of(answer).replace("<wbr>", "").replace("[.]", ".")
