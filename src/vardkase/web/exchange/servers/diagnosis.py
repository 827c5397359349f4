"""Connection diagnosis for users without MISP knowledge: each step with its result and advice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.servers import client
from vardkase.exchange.servers.connection_test import Checkup, ConnectionFault
from vardkase.exchange.servers.models import Server
from vardkase.web.ui import display

SOON = 30
"""Days before its end that a certificate is spoken of."""
CLOCK = 120
"""Seconds that two clocks may differ before it matters which change of an event is the newer."""

type Words = str | Promise


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a test. `state` is ok, warn, bad, or skipped if it was not reached."""

    label: Words
    state: str
    finding: Words = ""
    advice: Words = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of a connection test. `fingerprint` is set if the presented certificate can be trusted
    manually."""

    works: bool
    finding: Words
    advice: Words
    steps: list[Step]
    fingerprint: str = ""


NAME, REACH, ENCRYPTION, CERTIFICATE, KEY, ROLE, VERSION, TRAFFIC, CLOCKS = LABELS = (
    _("The name resolves"),
    _("The hub responds"),
    _("The connection is encrypted"),
    _("The certificate is valid"),
    _("Our key is accepted"),
    _("Our account may exchange events"),
    _("The versions are compatible"),
    _("What we send arrives intact"),
    _("The clocks are in sync"),
)

FAULTS: dict[ConnectionFault, tuple[int, Words, Words]] = {
    ConnectionFault.NAME: (
        0,
        _("The name in the address cannot be resolved."),
        _(
            "Check the spelling of the address. If it is right, the other hub’s domain name does not "
            "resolve. Let them know."
        ),
    ),
    ConnectionFault.CLOSED: (
        0,
        _("The address is in a private network that this hub may not connect to."),
        _("If this is intended, the hub’s operator can allow the network (VARDKASE_PRIVATE_NETWORKS)."),
    ),
    ConnectionFault.REACH: (
        1,
        _("There is no response from this address."),
        _("Ask whether the other hub is running, and whether firewalls on both sides allow the connection."),
    ),
    ConnectionFault.SLOW: (
        1,
        _("There was no response in time."),
        _("Try again in a while. If it continues, ask whether the other hub and the firewalls let us in."),
    ),
    ConnectionFault.ENCRYPTION: (
        2,
        _("No encrypted connection could be established."),
        _(
            "The other hub must support TLS 1.2 or newer. If it requires a certificate from us, enter one in "
            "the connection’s settings."
        ),
    ),
    ConnectionFault.EXPIRED: (
        3,
        _("The other hub’s certificate is not currently valid."),
        _("Ask its administrators to renew it. Nothing is exchanged until then."),
    ),
    ConnectionFault.OTHER_NAME: (
        3,
        _("The other hub’s certificate does not match its host name."),
        _(
            "Check the address. If it is right, ask the administrators for a certificate that covers this"
            " name."
        ),
    ),
    ConnectionFault.UNTRUSTED: (
        3,
        _("The other hub’s certificate is not issued by a CA that this hub trusts."),
        _(
            "Read the fingerprint to the other hub’s administrators through another channel, such as by "
            "telephone. If it matches, trust the certificate here."
        ),
    ),
    ConnectionFault.OTHER: (
        1,
        _("The response was not valid."),
        _("Check that the address points to MISP itself, not to a sign-in page or a proxy in front of it."),
    ),
}
"""Where a connection failed: the place among `LABELS`, what was found, what to do."""

GIVEN_ROLE = _("Ask its administrators to give the account the sync user role.")
REFUSALS: dict[int, tuple[int, Words, Words]] = {
    client.UNEXPECTED: (
        4,
        _("There is a response, but not from MISP."),
        _("Check that the address points to MISP itself, not to a sign-in page or a proxy in front of it."),
    ),
    client.REFUSED: (
        4,
        _("The other hub does not recognise our key."),
        _("Ask its administrators for a new key of a synchronising account, and enter it in the settings."),
    ),
    client.PASSWORD: (
        4,
        _("Our account there has to change its password."),
        _("Ask its administrators to sign in once with the account, or to exempt it."),
    ),
    client.TERMS: (
        4,
        _("Our account there must accept the terms of use."),
        _("Ask its administrators to sign in once with the account and accept them."),
    ),
    client.NO_RIGHTS: (5, _("Our account there may not exchange anything."), GIVEN_ROLE),
    client.ONLY_SIGHTINGS: (5, _("Our account there may only send sightings."), GIVEN_ROLE),
}
"""How the other hub refuses us: the place among `LABELS`, what was found, what to do."""


def diagnosis(server: Server, checkup: Checkup) -> Diagnosis:
    status = checkup.result["status"]
    # The failure; an expired certificate is never offered for trust.
    ended = checkup.certificate is not None and checkup.certificate.days_left < 0
    fault = ConnectionFault.EXPIRED if checkup.fault is ConnectionFault.UNTRUSTED and ended else checkup.fault
    if fault is not None:
        place, finding, advice = FAULTS[fault]
    elif status != client.WORKS:
        place, finding, advice = REFUSALS.get(status, REFUSALS[client.UNEXPECTED])
    else:
        place, finding, advice = len(LABELS), gettext("The connection works."), ""
    steps = list(_steps(server, checkup, place, finding, advice))
    worst = next((step for step in steps if step.state == "bad"), None)
    if worst is not None and place == len(LABELS):
        finding, advice = worst.finding, worst.advice
    certificate = checkup.certificate if fault is ConnectionFault.UNTRUSTED else None
    return Diagnosis(worst is None, finding, advice, steps, certificate.fingerprint if certificate else "")


def _steps(server: Server, checkup: Checkup, place: int, finding: Words, advice: Words) -> Iterator[Step]:
    steps = {
        0: lambda: Step(NAME, "ok", urlsplit(server.url).hostname or ""),
        2: lambda: _encryption(server),
        3: lambda: _certificate(checkup),
        5: lambda: _role(checkup),
        6: lambda: _version(checkup),
        7: lambda: _traffic(checkup),
        8: lambda: _clock(checkup),
    }
    for number, label in enumerate(LABELS):
        if number > place:
            yield Step(label, "skipped")
        elif number == place:
            detail = str(checkup.said or "")
            yield Step(label, "bad", f"{finding} {detail}".strip(), advice)
        else:
            yield steps[number]() if number in steps else Step(label, "ok")


def _encryption(server: Server) -> Step:
    if server.url.startswith("https:"):
        return Step(ENCRYPTION, "ok")
    return Step(
        ENCRYPTION,
        "warn",
        gettext("Not encrypted: the key and events are sent in clear text."),
        gettext("Ask its administrators for an address that begins with https://."),
    )


def _certificate(checkup: Checkup) -> Step:
    if checkup.certificate is None:
        return Step(CERTIFICATE, "skipped")
    left = checkup.certificate.days_left
    holds = gettext("Valid until %(day)s.") % {"day": display.long_date(checkup.certificate.ends)}
    if left > SOON:
        return Step(CERTIFICATE, "ok", holds)
    message = ngettext("%(n)s day is left.", "%(n)s days are left.", left) % {"n": left}
    return Step(
        CERTIFICATE, "warn", f"{holds} {message}", gettext("Remind its administrators to renew it in time.")
    )


def _role(checkup: Checkup) -> Step:
    if checkup.account is None:
        return Step(ROLE, "ok")
    values = {"email": checkup.account.email, "role": checkup.account.role}
    return Step(ROLE, "ok", gettext("Signed in there as %(email)s with the role “%(role)s”.") % values)


def _version(checkup: Checkup) -> Step:
    theirs = str(checkup.result.get("version"))[:20]
    message = gettext("It runs version %(theirs)s; we support %(ours)s.") % {
        "theirs": theirs,
        "ours": checkup.result.get("local_version"),
    }
    if checkup.result.get("mismatch") in ("major", "minor"):
        return Step(
            VERSION, "warn", message, gettext("Some content may not get through. Update the older one.")
        )
    return Step(VERSION, "ok", message)


def _traffic(checkup: Checkup) -> Step:
    if checkup.result.get("post") == client.POST_FINE:
        return Step(TRAFFIC, "ok")
    return Step(
        TRAFFIC,
        "bad",
        gettext("Our requests are altered or blocked in transit."),
        gettext("A proxy or firewall between the two hubs changes requests. Contact its administrators."),
    )


def _clock(checkup: Checkup) -> Step:
    if checkup.clock is None:
        return Step(CLOCKS, "skipped")
    if abs(checkup.clock) <= CLOCK:
        return Step(CLOCKS, "ok")
    minutes = max(1, round(abs(checkup.clock) / 60))
    if checkup.clock > 0:
        message = ngettext(
            "The other hub’s clock is %(n)s minute fast.",
            "The other hub’s clock is %(n)s minutes fast.",
            minutes,
        )
    else:
        message = ngettext(
            "The other hub’s clock is %(n)s minute slow.",
            "The other hub’s clock is %(n)s minutes slow.",
            minutes,
        )
    return Step(
        CLOCKS,
        "warn",
        message % {"n": minutes},
        gettext("The clock decides which change to an event is newer. Correct whichever clock is wrong."),
    )
