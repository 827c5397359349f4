"""Problems of connections, and of what the hub at the other end answers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class ConnectionProblem(ProblemCode):
    """Why a connection is not stored or used."""

    NOT_FOUND = _("Connection not found."), "Invalid server"
    BAD_KEY = (
        _("A key has exactly 40 letters and digits."),
        "The authkey has to be exactly 40 characters long and consist of alphanumeric characters.",
    )
    KEY_AGAIN = (
        _("The address now points to another server. The key was for the old one. Enter it again."),
        "The address leads elsewhere now: enter the authkey for it.",
    )
    NOT_FOR_SITE_ADMINS = (
        _("The account of a site administrator cannot be used by another hub."),
        "Site admin accounts cannot be used to create server sync configurations.",
    )
    UUID_MISSING = (
        _("The organisation at the other end needs a UUID."),
        "The organisation of the other instance must have a uuid.",
    )
    BAD_CERTIFICATE = (
        _("This is not a certificate in PEM format, or its key is missing or protected by a passphrase."),
        "This is not a certificate in PEM form.",
    )
    NOT_EACH_ONCE = _("Name each connection once."), "Name every server once."
    SENDING_NEEDS_ANOTHER = _("An officer or another administrator must enable this.")
    OTHER_CERTIFICATE = (
        _("The other hub now presents a different certificate. Test the connection again."),
        "The other side shows another certificate now.",
    )
    CHANGED = _("The connection has changed. Read it again.")
    NOT_CONFIRMED = _(
        "%(organisation)s has not confirmed this connection. Its administrator can confirm it on the page "
        "%(page)s, or two people at the hub can."
    )
    OWN_CONNECTION = _(
        "This connection belongs to your own organisation. Someone without an interest in it must decide."
    )
    CACHING_OFF = _("Hashes are not cached for this connection."), "Caching is not enabled for this server."
    PULL_OFF = _("Fetching is off for this connection."), "Pull is not enabled for this server."


class PeerProblem(ProblemCode):
    """What is wrong with an answer of the hub at the other end; `said` are its own words."""

    NOT_JSON = (
        _("The other hub did not respond as MISP does."),
        "The other instance did not answer with JSON.",
    )
    STATUS = (
        _("The other hub responded with status %(status)s."),
        "The other instance answered with status %(status)s.",
    )
    REFUSED = (
        _("The other hub refused it with status %(status)s: “%(said)s”"),
        "The other instance answered with status %(status)s: %(said)s",
    )
    REFUSED_SILENTLY = (
        _("The other hub responded with status %(status)s and gave no reason."),
        "The other instance answered with status %(status)s: no reason given",
    )
    KEY_REFUSED = _("The other hub does not recognise our key."), "The other instance does not know our key."
    PASSWORD_EXPIRED = (
        _("Our account there has to change its password."),
        "Our account on the other instance has to change its password.",
    )
    TERMS_NOT_ACCEPTED = (
        _("Our account there must accept the terms of use."),
        "Our account on the other instance has to accept the terms of use.",
    )
    MAY_NOT_SYNC = (
        _("Our account there may not exchange anything."),
        "Our account on the other instance may not synchronise.",
    )
    ONLY_SIGHTINGS = (
        _("Our account there may only send sightings."),
        "Our account on the other instance may only send sightings.",
    )
    NO_ACCOUNT = (
        _("The other hub did not say which account we have there."),
        "The other instance did not say who we are.",
    )
    NO_HASHES = (
        _("The other hub did not answer with hashes of its values."),
        "The other instance did not answer with hashes of its values.",
    )
    TOO_MANY_VALUES = (
        _("The other hub has more values than can be cached here for one hub."),
        "The other instance has more values than are kept here of one.",
    )
