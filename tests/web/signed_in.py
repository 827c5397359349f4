"""A client that is signed in as one of the cast."""

from __future__ import annotations

from django.test import Client

from tests.cast import Player
from tests.web import accounts


def signed_in(player: Player) -> Client:
    """Just signed in with password alone: the second factor has its own tests."""
    return accounts.signed_in(player.user)
