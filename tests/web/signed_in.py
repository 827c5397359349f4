"""A client that is signed in as one of the cast."""

from __future__ import annotations

from django.test import Client

from tests.cast import Player


def signed_in(player: Player) -> Client:
    """Signed in with password alone: the second factor has its own tests."""
    client = Client()
    client.force_login(player.user)
    return client
