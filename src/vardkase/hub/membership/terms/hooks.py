"""Hooks on the terms for higher layers."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.hooks import Hook
from vardkase.hub.membership.terms.models import Terms
from vardkase.identity.organisations.acting import Acting


@dataclass(frozen=True, slots=True)
class Published:
    """A version has come into force, replacing `former`; `actor` published it."""

    actor: Acting
    terms: Terms
    former: Terms


terms_published: Hook[Published] = Hook("terms_published")
"""In the same transaction."""
