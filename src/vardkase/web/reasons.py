"""Localised reasons why an event did not pass between hubs.

The API and the record of runs say it in English, in sentences that this house has written: those are translated.
What another hub or the network said stands as a quotation, as it was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.servers import caching, client
from vardkase.exchange.sync import events, pull, push
from vardkase.exchange.taxii import polling
from vardkase.web.forms import intel_errors

WHOLE: dict[str, str | Promise] = {
    "The run was cut off.": _("The run was cut off before it was done."),
    "The run was cancelled.": _("The run was cancelled."),
    "The other instance did not answer with JSON.": _("The other hub did not answer as MISP does."),
    "The other instance did not answer with a list of events.": _(
        "The other hub did not answer with a list of events."
    ),
    "The other instance did not say what it is.": _("The other hub did not say what it is."),
    "The other instance did not say who we are.": _("The other hub did not say who we are there."),
    "The other instance did not say which analyst data it has.": _(
        "The other hub did not say which notes and opinions it has."
    ),
    caching.NO_HASHES: _("The other hub did not answer with hashes of its values."),
    caching.TOO_MANY: _("The other hub has more values than are kept here of one hub."),
    caching.NOT_ENABLED: _("Keeping hashes is off for this connection."),
    "The other instance did not tell us a new key.": _("The other hub did not tell us a new key."),
    "The other instance answered with something else than the event.": _(
        "The other hub answered with something else than the event."
    ),
    "The other instance has it as new.": _("The other hub has it as new."),
    "The event has no attributes and no reports.": _("The event has no attributes and no reports."),
    "The event was created here; what others change in it is not taken in.": _(
        "The event was created here. What others change in it is not taken in."
    ),
    events.AHEAD_OF_TIME: _(
        "The event's last change lies ahead of now. No later change of it would be taken in."
    ),
    "The event here is as new.": _("The event here is as new."),
    "The event could not be sent; the run says why.": _("The event could not be sent. The run says why."),
    "Some events could not be sent; the run says why.": _("Some events could not be sent. The run says why."),
    "The event is protected, and this instance's key is none of its keys.": _(
        "The event is protected, and this hub's key is none of its keys."
    ),
    "The feed's manifest is no JSON object.": _("The feed's list of events cannot be read."),
    "The feed is no table that can be read.": _("The feed is no table that can be read."),
    "The feed holds a line that is too long.": _("The feed holds a line that is too long."),
    "The feed is a document that is too long.": _("The feed is a document that is too long."),
    "This is not an address of a web page.": _("This is not an address of a web page."),
    "Only addresses that begin with http:// or https:// can be fetched.": _(
        "An address begins with https:// or http://."
    ),
    "An address may not hold a name and password.": _("An address may not hold a name and password."),
    "The certificates for this server cannot be read.": _(
        "The certificates of the connection cannot be read."
    ),
    pull.NOT_AUTHORISED: _("The other hub does not accept our key, or our account there may not use keys."),
    push.NO_RIGHTS: _("Our account there may not send events."),
    client.REASONS[client.REFUSED]: _("The other hub does not know our key."),
    client.REASONS[client.PASSWORD]: _("Our account there has to change its password."),
    client.REASONS[client.TERMS]: _("Our account there has to accept the terms of use."),
    client.REASONS[client.NO_RIGHTS]: _("Our account there may not exchange anything."),
    client.REASONS[client.ONLY_SIGHTINGS]: _("Our account there may only send sightings."),
    "Received a published event that was empty. Event add process blocked.": _(
        "The event is published and empty, and such are not taken in."
    ),
    "Event blocked by event blocklist.": _("The event is on this hub's blocklist."),
    "Event blocked by organisation blocklist.": _("Its creator is on this hub's blocklist."),
    "Event blocked by the event block rule.": _("It has a tag that this hub takes in from nobody."),
    "The event does not go over this connection.": _(
        "Its reach, or the rules of the connection, keep the event from going there."
    ),
    polling.NOT_FROM_HERE: _("The event is here already, and came another way. It is left as it is."),
    "Pull is not enabled for this server.": _("Fetching is off for this connection."),
}
"""A whole sentence of ours → what people get."""

SHAPES: tuple[tuple[str, str | Promise], ...] = (
    (
        r"The other instance answered with status (?P<status>\d+)\.",
        _("The other hub answered with status %(status)s."),
    ),
    (
        r"The other instance answered with status (?P<status>\d+): no reason given",
        _("The other hub answered with status %(status)s and gave no reason."),
    ),
    (
        r"The other instance answered with status (?P<status>\d+): (?P<said>.+)",
        _("The other hub refused it, with status %(status)s and the words “%(said)s”"),
    ),
    (
        r"(?P<count>\d+) not sent again before they change\. Last answer: (?P<said>.+)",
        _(
            "%(count)s were refused several times and are not sent again until they change. Last answer: “%(said)s”"
        ),
    ),
    (
        r"Error: Connection to the server has failed\. Returned response code: (?P<status>\d+)",
        _("The other hub answered with status %(status)s when it was asked what it is."),
    ),
    (
        r"This instance could not (?:read|send) the event \((?P<fault>\w+)\)\.",
        _("This hub failed with the event (%(fault)s). Its log says more to those who run it."),
    ),
    (
        r"The feed answered with status (?P<status>\d+)\.",
        _("The feed's server answered with status %(status)s."),
    ),
    (
        r"The feed answered (?P<file>\S+) with status (?P<status>\d+)\.",
        _("The feed's server answered with status %(status)s when it was asked for %(file)s."),
    ),
    (r"The feed's (?P<file>\S+) is no JSON\.", _("%(file)s of the feed cannot be read: it is no JSON.")),
    (r"The feed holds no event (?P<uuid>\S+)\.", _("The feed holds no event %(uuid)s.")),
    (
        r"(?P<path>\S+) cannot be read below the folder of feeds\.",
        _("%(path)s cannot be read: it is no file below the folder for feeds, or a link leads to it."),
    ),
    (r"(?P<place>\S+) took too long\.", _("%(place)s took too long to answer.")),
    (r"(?P<place>\S+) shows no certificate\.", _("%(place)s shows no certificate.")),
    (r"(?P<place>\S+) redirects too often\.", _("%(place)s leads from one address to another without end.")),
    (
        r"(?P<place>\S+) redirects to an address without encryption\.",
        _("%(place)s leads on to an address without encryption, where our key is not sent."),
    ),
    (
        r"The answer of (?P<place>\S+) is longer than (?P<bytes>\d+) bytes\.",
        _("The answer of %(place)s is bigger than this hub takes (%(bytes)s bytes)."),
    ),
    (
        r"(?P<host>\S+) is an address that this hub may not turn to\.",
        _(
            "%(host)s is inside a closed network that this hub may not turn to. Those who run the hub can allow it "
            "(VARDKASE_PRIVATE_NETWORKS)."
        ),
    ),
    (
        r"(?P<place>\S+) could not be reached: (?P<said>.+)",
        _("%(place)s could not be reached. The network says “%(said)s”"),
    ),
)
"""The form of a sentence of ours → what people get; `said` is others' text."""

FOR_TECHNICIANS = re.compile(r"\[Errno -?\d+\] | \(_ssl\.c:\d+\)")
"""What Python puts around the network's words."""
STIX_ID = re.compile(r"[a-z0-9-]+--[0-9a-f-]{36}")

_SHAPES = [(re.compile(shape), words) for shape, words in SHAPES]

KINDS: dict[str, str | Promise] = {
    "proposals": _("Proposals"),
    "sightings": _("Sightings"),
    "clusters": _("Galaxy clusters"),
    "analyst_data": _("Notes and opinions"),
    "collections": _("Collections"),
}
"""What stands before a line's colon when a whole kind of things did not pass."""


def in_words(text: str) -> str:
    return "\n".join(_lines(text))


def is_known(text: str) -> bool:
    return _ours(text) is not None


def _lines(text: str) -> Iterator[str]:
    for line in filter(None, map(str.strip, text.splitlines())):
        kind, colon, rest = line.partition(": ")
        if colon and kind in KINDS:
            yield f"{KINDS[kind]}: {_one(rest)}"
        elif colon and STIX_ID.fullmatch(kind):
            yield f"{kind}: {_one(rest)}"
        else:
            yield _one(line)


def _one(text: str) -> str:
    return _ours(text) or gettext("“%(said)s”") % {"said": text}


def _ours(text: str) -> str | None:
    known = WHOLE.get(text) or intel_errors.TEXTS.get(text)
    if known is not None:
        return str(known)
    for shape, words in _SHAPES:
        if found := shape.fullmatch(text):
            return str(words) % {
                name: FOR_TECHNICIANS.sub("", part) for name, part in found.groupdict().items()
            }
    return None
