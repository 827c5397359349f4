"""Password rules beyond length: MISP's rule, and rejection of common passwords."""

from __future__ import annotations

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FEWEST = 12
"""Characters that every password has; Django's rule of length refuses what has fewer, in MISP's words."""

LONG_ENOUGH = 16
"""Characters from which on a password may be of any kind."""


class MixedPassword:
    """MISP's rule: lower case, upper case and a digit or symbol, or `LONG_ENOUGH` characters of any kind."""

    def validate(self, password: str, user: object = None) -> None:
        has_both_cases = any(map(str.islower, password)) and any(map(str.isupper, password))
        is_mixed = has_both_cases and any(not character.isalpha() for character in password)
        # Below FEWEST Django's own rule refuses it: two reasons for one password would confuse.
        if FEWEST <= len(password) < LONG_ENOUGH and not is_mixed:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return _(
            "A password of fewer than %(count)d characters needs lower case, upper case, and a "
            "digit or a special character."
        ) % {"count": LONG_ENOUGH}


class CommonPassword(CommonPasswordValidator):
    """The list of common passwords, compared case-sensitively: the list is in lower case, MixedPassword
    requires both."""

    def validate(self, password: str, user: object = None) -> None:
        if password.strip() in self.passwords:
            super().validate(password)
