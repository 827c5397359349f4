"""The states of signing and the results of checks, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.hub.signatures.queries import SigningState, certificate_in_use, signing_state
from vardkase.hub.signatures.settings import MUST_BE_SIGNED
from vardkase.hub.signatures.verdicts import SignatureVerdict


@dataclass(frozen=True, slots=True)
class StateInWords:
    banner: str
    words: str | Promise


STATES = {
    SigningState.MISSING: StateInWords(
        "warn", _("No certificate is in use: letters, decisions and reports are not electronically sealed.")
    ),
    SigningState.EXPIRED: StateInWords(
        "bad",
        _(
            "The certificate is not valid today: letters, decisions and reports are not electronically sealed."
        ),
    ),
    SigningState.EXPIRES_SOON: StateInWords(
        "warn",
        _(
            "The certificate expires soon. Add a new one, so that letters are signed electronically after that."
        ),
    ),
    SigningState.TRIAL: StateInWords(
        "warn",
        _("This certificate is for testing: the hub signed it itself, and recipients cannot trust it."),
    ),
    SigningState.VALID: StateInWords("ok", _("Letters, decisions and reports are electronically sealed.")),
}
PILLS = {
    SignatureVerdict.TRUSTED: "ok",
    SignatureVerdict.UNKNOWN_ISSUER: "warn",
    SignatureVerdict.EXPIRED: "warn",
    SignatureVerdict.UNCHECKED: "warn",
    SignatureVerdict.INVALID: "bad",
    SignatureVerdict.CHANGED: "bad",
    SignatureVerdict.NONE: "info",
}


def signing_remark() -> StateInWords | None:
    state = signing_state(certificate_in_use())
    if state in (SigningState.EXPIRED, SigningState.EXPIRES_SOON):
        return STATES[state]
    return STATES[state] if state is SigningState.MISSING and MUST_BE_SIGNED.value else None
