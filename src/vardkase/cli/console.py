"""The person at the machine's console, as an Actor."""

from __future__ import annotations

import getpass
import os

from vardkase.cli.output import fail
from vardkase.identity.access.actor import Actor, console_actor
from vardkase.identity.organisations.models import Organisation


def console() -> Actor:
    """Return who acts: the login name, for the organisation that runs the installation."""
    # It was made first, and stays local.
    owner = Organisation.objects.filter(local=True).order_by("pk").first()
    if owner is None:
        raise fail("the installation is not prepared yet: run `vardkase init` or `vardkase serve` first.")
    return console_actor(owner.pk, owner.name, os.environ.get("SUDO_USER") or _login())


def _login() -> str:
    try:
        return getpass.getuser()
    except OSError:  # A user id without a name.
        return str(os.getuid())
