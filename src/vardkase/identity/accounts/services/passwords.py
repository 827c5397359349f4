"""Passwords: checked against the policy of the settings, stored as an Argon2 hash by Django."""

from __future__ import annotations

import secrets
import string

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.core.errors import Invalid
from vardkase.identity.accounts.models import User

ALPHABET = string.ascii_letters + string.digits
ONE_TIME_LENGTH = 24
LONGEST = 4096


def set_password(user: User, password: str) -> None:
    """Set the password of `user` (not saved here). Raises Invalid if the policy refuses it."""
    if len(password) > LONGEST:  # Hashing is made slow on purpose: its input must not grow as it likes.
        raise Invalid({"password": [gettext("At most 4096 characters are allowed.")]})
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid({"password": [_worded(single) for single in error.error_list]}) from error
    user.set_password(password)
    user.last_pw_change = timezone.now()


def one_time_password() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(ONE_TIME_LENGTH))


def _worded(error: ValidationError) -> str:
    if error.code == "password_too_short":
        return gettext("Password length requirement not met.")
    return str(error.messages[0])
