"""Second factors: the secret of the authenticator app, and the counter of printed codes (HOTP) of the same secret."""

from __future__ import annotations

import re

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from vardkase.core.sql import cursor
from vardkase.hub.move_in.taking import Step, Taking

SECRET = re.compile(r"[A-Z2-7]{16,256}")
STAGED = """
SELECT m.id, m.email, m.totp, m.hotp_counter FROM move_in.users m JOIN account a ON a.id = m.id
WHERE m.totp <> '' AND NOT EXISTS (
    SELECT FROM mfa_authenticator f WHERE f.user_id = m.id AND f.type = 'totp')
ORDER BY m.id
"""


def take_second_factors(taking: Taking) -> None:
    taken, unreadable = [], []
    for user_id, email, given, counter in cursor().execute(STAGED).fetchall():
        secret = given.strip().rstrip("=").upper()
        if not SECRET.fullmatch(secret):
            unreadable.append(email)
            continue
        # allauth decodes it as base32 with its padding, which MISP leaves out.
        padded = secret + "=" * (-len(secret) % 8)
        data = {"secret": get_adapter().encrypt(padded)}
        if counter is not None:
            data["hotp_counter"] = counter
        taken.append(Authenticator(user_id=user_id, type=Authenticator.Type.TOTP, data=data))
    Authenticator.objects.bulk_create(taken)
    taking.count("second factors", len(taken))
    taking.leave_out("second factors", unreadable, "The secret is no base32: the person sets up another one.")


STEP = Step("second factors", (), take_second_factors)
