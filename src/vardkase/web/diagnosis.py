"""How a connection is, in words for people who do not know MISP: what was found, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.servers import client


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a test of a connection found. `detail` is the other instance's own word, or the network's."""

    works: bool
    finding: str | Promise
    advice: str | Promise = ""
    detail: str = ""


FINDINGS: dict[int, tuple[Any, Any]] = {
    client.NOT_REACHED: (
        _("The other instance cannot be reached"),
        _(
            "Check the address, and that firewalls on both sides let the connection through. If its certificate was "
            "renewed, it may have to be entered anew here."
        ),
    ),
    client.UNEXPECTED: (
        _("Something answers, but not as MISP does"),
        _(
            "Check that the address leads to MISP itself, and not to a sign-in page or a proxy in front of it."
        ),
    ),
    client.REFUSED: (
        _("The other instance does not know our key"),
        _("Ask its administrators for a new key of a synchronising account, and enter it here."),
    ),
    client.PASSWORD: (
        _("Our account there has to change its password"),
        _("Ask the administrators there to sign in as the account once, or to let it go without."),
    ),
    client.TERMS: (
        _("Our account there has to accept the terms of use"),
        _("Ask the administrators there to sign in as the account once and accept them."),
    ),
    client.NO_RIGHTS: (
        _("Our account there may not synchronise"),
        _("Ask the administrators there to give the account the role of a synchronising user."),
    ),
    client.ONLY_SIGHTINGS: (
        _("Our account there may only send sightings"),
        _("Ask the administrators there to give the account the role of a synchronising user."),
    ),
}


def diagnosis(found: dict[str, Any]) -> Diagnosis:
    """The words for what `client.test_connection` found."""
    status = found["status"]
    if status == client.WORKS:
        return _of_working(found)
    finding, advice = FINDINGS.get(status, FINDINGS[client.UNEXPECTED])
    info = found.get("info")
    return Diagnosis(False, finding, advice, info if isinstance(info, str) else "")


def _of_working(found: dict[str, Any]) -> Diagnosis:
    version = gettext("It runs version %(version)s.") % {"version": str(found["version"])[:20]}
    if found["post"] != client.POST_FINE:
        return Diagnosis(
            False,
            gettext("It answers, but what we send is changed on the way"),
            gettext("A proxy between the two instances changes requests. Ask those who run it."),
            version,
        )
    return Diagnosis(True, gettext("The connection works"), "", version)
