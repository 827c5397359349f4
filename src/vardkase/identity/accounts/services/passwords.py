"""Passwords: checked against the policy of the settings, stored as an Argon2 hash by Django."""

from __future__ import annotations

import secrets
import string

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import AccountProblem

ALPHABET = string.ascii_letters + string.digits
ONE_TIME_LENGTH = 24
LONGEST = 4096


def set_password(user: User, password: str) -> None:
    """Set the password of `user` (not saved here). Raises Invalid if the policy refuses it."""
    if len(password) > LONGEST:  # Hashing is slow on purpose, so its input is limited.
        raise Invalid({"password": [AccountProblem.PASSWORD_TOO_LONG()]})
    try:
        validate_password(password, user)
    except ValidationError as error:
        # Django words the other reasons itself, in the language of the reader.
        problems = [
            AccountProblem.PASSWORD_TOO_SHORT()
            if single.code == "password_too_short"
            else CommonProblem.NOT_ACCEPTED(reason=single.messages[0])
            for single in error.error_list
        ]
        raise Invalid({"password": problems}) from error
    user.set_password(password)
    user.last_pw_change = timezone.now()


def one_time_password() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(ONE_TIME_LENGTH))
