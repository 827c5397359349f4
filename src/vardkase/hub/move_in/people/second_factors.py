"""Second factors: the secret of the authenticator app, and the counter of printed codes (HOTP) of the same secret."""

from __future__ import annotations

import re
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from vardkase.core.sql import cursor
from vardkase.hub.move_in.people.account_changes import protected
from vardkase.hub.move_in.taking import Step, Taking

SECRET = re.compile(r"[A-Z2-7]{16,256}")
MOVED = "moved_in"
"""Notes in `Authenticator.data` that MISP’s word on it counts; one that was set up here is the person's own."""
SET_UP_HERE = "The person has set up another one here, which stays."
STAGED = """
SELECT m.id, m.email, coalesce(m.totp, ''), m.hotp_counter FROM move_in.users m JOIN account a ON a.id = m.id
ORDER BY m.id
"""


def take_second_factors(taking: Taking) -> None:
    here = {each.user_id: each for each in Authenticator.objects.filter(type=Authenticator.Type.TOTP)}
    new: list[Authenticator] = []
    changed: list[Authenticator] = []
    removed: list[int] = []
    kept = protected(taking.since)
    for user_id, email, given, counter in cursor().execute(STAGED).fetchall():
        if user_id in kept:
            continue
        known = here.get(user_id)
        secret = given.strip().rstrip("=").upper()
        if known is not None and MOVED not in known.data:
            if secret and secret != _secret(known):
                taking.leave_out("second factors", [email], SET_UP_HERE)
        elif not given:
            removed += [known.pk] if known is not None else []
        elif not SECRET.fullmatch(secret):
            taking.leave_out(
                "second factors", [email], "The secret is no base32: the person sets up another one."
            )
        elif known is None:
            new.append(
                Authenticator(user_id=user_id, type=Authenticator.Type.TOTP, data=_data(secret, counter))
            )
        elif secret != _secret(known):
            known.data = _data(secret, counter)
            changed.append(known)
    Authenticator.objects.bulk_create(new)
    Authenticator.objects.bulk_update(changed, ["data"])
    Authenticator.objects.filter(pk__in=removed).delete()
    taking.count("second factors", len(new) + len(changed))
    taking.count("second factors removed because MISP removed them", len(removed))


def _data(secret: str, counter: int | None) -> dict[str, Any]:
    # allauth decodes it as base32 with its padding, which MISP leaves out.
    padded = secret + "=" * (-len(secret) % 8)
    data = {"secret": get_adapter().encrypt(padded), MOVED: True}
    return data if counter is None else data | {"hotp_counter": counter}


def _secret(known: Authenticator) -> str:
    return str(get_adapter().decrypt(known.data["secret"])).rstrip("=")


STEP = Step("second factors", (), take_second_factors)
