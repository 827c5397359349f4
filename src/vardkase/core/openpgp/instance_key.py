"""The hub's own OpenPGP key: generated when an event is first protected, or set by a site administrator."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.clock import now_seconds
from vardkase.core.errors import InvalidValue
from vardkase.core.instance import instance_uuid
from vardkase.core.openpgp import public_key, public_part
from vardkase.core.openpgp.new_key import new_secret_key
from vardkase.core.problems import Problem
from vardkase.core.settings import Setting, set_unless_set


def signing_key_fault(armored: str) -> Problem | None:
    try:
        public_part(armored)
    except InvalidValue as error:
        return error.problem
    return None


SIGNING_KEY = Setting(
    "GnuPG.signing_key",
    "",
    _(
        "The armored OpenPGP secret key, without a passphrase, that the hub signs protected events and its mail with. "
        "It is made when an event is first protected; set it to go on with the key of an earlier instance."
    ),
    check=signing_key_fault,
    secret=True,
    changed_by=ChangedBy.SITE_ADMIN,
)


def signing_key() -> str:
    """The hub's armored secret key; created on first use."""
    if not SIGNING_KEY.value:
        made = new_secret_key(f"Vårdkase {instance_uuid()}", now_seconds())
        set_unless_set(SIGNING_KEY, made)
    return SIGNING_KEY.value


def instance_public_key() -> str | None:
    """The hub's armored public key, to be added to events that it is to sign; None if there is none yet."""
    secret = SIGNING_KEY.value
    return public_part(secret) if secret else None


def instance_fingerprint() -> str | None:
    armored = instance_public_key()
    return public_key(armored).fingerprint if armored else None
