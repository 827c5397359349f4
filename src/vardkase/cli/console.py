"""The Actor for commands run at the machine's console."""

from __future__ import annotations

import getpass
import os

from vardkase.cli.output import fail
from vardkase.identity.access.acting_for import in_the_name_of
from vardkase.identity.access.actor import Actor, console_actor
from vardkase.identity.accounts.queries import visible_users
from vardkase.identity.organisations.models import Organisation


def console() -> Actor:
    """The console as actor: the login name, for the organisation that runs the installation."""
    # It was made first, and stays local.
    owner = Organisation.objects.filter(local=True).order_by("pk").first()
    if owner is None:
        raise fail("the installation is not prepared yet: run `vardkase init` or `vardkase serve` first.")
    return console_actor(owner.pk, owner.name, login_name())


def acting(email: str) -> Actor:
    """The account `email` with its own rights, or the console if none is given; the audit log records which."""
    actor = console()
    if not email:
        return actor
    user = visible_users(actor).filter(email__iexact=email, disabled=False).first()
    if user is None:
        raise fail(f"there is no active account {email}.")
    return in_the_name_of(actor, user)


def login_name() -> str:
    """The login name of the person at the machine: under sudo theirs, not root’s."""
    if under_sudo := os.environ.get("SUDO_USER"):
        return under_sudo
    try:
        return getpass.getuser()
    except OSError:  # A user id without a name.
        return str(os.getuid())
