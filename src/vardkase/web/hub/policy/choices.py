"""Choices for the fields of a policy rule."""

from __future__ import annotations

from collections.abc import Iterable

from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.knowledge.taxonomies.models import Taxonomy
from vardkase.knowledge.taxonomies.queries import suggested_tags
from vardkase.misp.types import TYPES
from vardkase.web.ui.forms.picker import SHOWN, Choices, Names

BEGINNINGS = 3
"""Taxonomies of which all tags together are offered at a time."""


def policy_choices(actor: Actor) -> dict[str, Choices]:
    return {
        "tags": Names(lambda text: _tags(actor, text), free=True),
        "types": Names(lambda text: (name for name in TYPES if text.lower() in name)),
        "users": Names(lambda text: _people(actor, text), free=True),
    }


def _tags(actor: Actor, text: str) -> Iterable[str]:
    spaces = Taxonomy.objects.filter(namespace__istartswith=text.partition(":")[0]).order_by("namespace")
    beginnings = [f"{name}:*" for name in spaces.values_list("namespace", flat=True)[:BEGINNINGS]]
    return [*beginnings, *suggested_tags(actor, text, SHOWN)]


def _people(actor: Actor, text: str) -> Iterable[str]:
    own = User.objects.filter(org=actor.organisation_id, disabled=False, email__icontains=text)
    return own.order_by("email").values_list("email", flat=True)[:SHOWN]
