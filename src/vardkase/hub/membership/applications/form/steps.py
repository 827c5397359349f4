"""Steps of the form (hub.md section 2), in order. The seventh, the review, has no questions."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.applications.form import checks, of_the_hub
from vardkase.hub.membership.applications.form.fields import Field, Group, Kind, Step
from vardkase.hub.membership.applications.form.needs import NEEDS
from vardkase.hub.membership.applications.form.security import SECURITY
from vardkase.hub.membership.counties import COUNTIES
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.identity.organisations.names import composed

LONGEST_KEY = 60_000

ORGANISATION = Step(
    "organisation",
    _("Organisation"),
    _("Your organisation"),
    _("Who is applying. Allow five minutes."),
    (
        Group(
            (
                Field("name", _("Name of the organisation"), autocomplete="organization", check=composed),
                Field(
                    "number",
                    _("Organisation number"),
                    hint=_("Ten digits, such as 212000-0142."),
                    longest=20,
                    check=checks.organisation_number,
                ),
                Field(
                    "sector",
                    _("Legal form and sector"),
                    Kind.CHOICE,
                    choices=Sector.choices,
                    hint=_("Determines the phase in which you are admitted."),
                    missing=_("Choose your legal form"),
                ),
                Field(
                    "nis2",
                    _("Under the Swedish Cybersecurity Act (2025:1506) you are"),
                    Kind.CHOICE,
                    choices=Nis2Status.choices,
                    missing=_(
                        "Choose your classification under the Cybersecurity Act, or that it is not yet known"
                    ),
                ),
                Field("county", _("County"), Kind.CHOICE, required=False, choices=COUNTIES),
            )
        ),
        Group(
            (
                Field("street", _("Street or box"), autocomplete="street-address"),
                Field("postcode", _("Postcode"), longest=12, autocomplete="postal-code"),
                Field("city", _("Town"), longest=60, autocomplete="address-level2"),
            ),
            title=_("Address"),
        ),
        Group(
            (
                Field(
                    "domains",
                    _("E-mail domains"),
                    Kind.LINES,
                    longest=253,
                    hint=_("One on each line. Your users can only have addresses in these."),
                    check=checks.each(of_the_hub.anothers_domain),
                ),
            ),
            title=_("E-mail"),
        ),
    ),
)


def _contact(name: str, title: object, hint: object, *more: Field) -> Group:
    return Group(
        (
            Field("name", _("Name"), autocomplete="off"),
            *more,
            Field(
                "email",
                _("E-mail address"),
                Kind.EMAIL,
                longest=254,
                autocomplete="off",
                check=of_the_hub.anothers_address,
            ),
            Field("phone", _("Telephone"), Kind.PHONE, longest=30, autocomplete="off"),
            Field(
                "key",
                _("OpenPGP key (optional)"),
                Kind.LONG,
                required=False,
                longest=LONGEST_KEY,
                hint=_("The public key. What we write to this address is then encrypted."),
                check=checks.openpgp_key,
            ),
        ),
        name,
        title,  # type: ignore[arg-type]
        hint,  # type: ignore[arg-type]
    )


CONTACTS = Step(
    "contacts",
    _("Contacts"),
    _("Contacts"),
    _("Whom we contact. One person may have several of the roles. Allow ten minutes."),
    (
        _contact(
            "signatory",
            _("Signatory"),
            _("May commit the organisation, and accepts the terms."),
            Field("role", _("Position")),
        ),
        _contact(
            "main", _("Main contact"), _("Receives our decision and everything that concerns the membership.")
        ),
        _contact("technical", _("Technical contact"), _("Sets up the connection.")),
        _contact(
            "security",
            _("Security, day and night"),
            _("Somebody who answers at any hour, by role rather than by name."),
        ),
        _contact("dpo", _("Data protection officer"), _("Whom we ask about personal data.")),
    ),
)

WITH_API = ("method", (Connection.API.value, Connection.BOTH.value))

CONNECTION = Step(
    "connection",
    _("Connection"),
    _("Connection"),
    _("How your people and systems reach the hub. Allow ten minutes, and ask your network team."),
    (
        Group(
            (
                Field(
                    "method",
                    _("How do you want to connect?"),
                    Kind.CHOICE,
                    choices=Connection.choices,
                    missing=_("Choose how you want to connect"),
                ),
                Field(
                    "reasons",
                    _("Why that one?"),
                    Kind.LONG,
                    longest=1000,
                    hint=_("A sentence or two is enough."),
                ),
                Field(
                    "users",
                    _("How many people will use the hub?"),
                    Kind.NUMBER,
                    hint=_("Approximate number in the first year."),
                    check=checks.between(1, 100_000),
                ),
                Field(
                    "networks",
                    _("Networks that your users come from"),
                    Kind.LINES,
                    longest=50,
                    hint=_("As seen from the internet, one on each line, such as 192.0.2.0/24."),
                    check=checks.each(checks.network),
                ),
            )
        ),
        Group(
            (
                Field("software", _("Software"), hint=_("What you connect with, such as MISP.")),
                Field("version", _("Version"), longest=40),
                Field(
                    "egress",
                    _("Addresses it connects from"),
                    Kind.LINES,
                    longest=45,
                    hint=_("Fixed addresses, one on each line."),
                    check=checks.each(checks.address),
                ),
                Field(
                    "certificate",
                    _("Client certificate"),
                    Kind.LONG,
                    longest=LONGEST_KEY,
                    hint=_("In PEM format. Never the private key."),
                    check=checks.certificate,
                ),
                Field(
                    "uuid",
                    _("UUID of your organisation there (optional)"),
                    required=False,
                    longest=40,
                    hint=_(
                        "In MISP under Administration, List Organisations. What you send is then recognised "
                        "as yours."
                    ),
                    check=checks.uuid,
                ),
                Field(
                    "key",
                    _("OpenPGP key of the instance (optional)"),
                    Kind.LONG,
                    required=False,
                    longest=LONGEST_KEY,
                    check=checks.openpgp_key,
                ),
            ),
            "api",
            _("For the API"),
            _("Fill this in when you connect by API."),
            only_if=WITH_API,
        ),
    ),
)


def _of_today(version: int) -> int:
    if version != current_terms().version:
        raise ValueError(gettext("The terms have a new version. Read it, and accept it."))
    return version


TERMS = Step(
    "terms",
    _("Terms"),
    _("Terms"),
    _("The signatory reads the terms and accepts them for the organisation. Allow five minutes."),
    (
        Group(
            (
                Field("name", _("Name of the signatory"), autocomplete="off"),
                Field("role", _("Position"), autocomplete="off"),
                Field(
                    "why_not_signatory",
                    _("If this is not the signatory in step 2: why?"),
                    Kind.LONG,
                    required=False,
                    longest=500,
                    hint=_("For example: the signatory has delegated it. Our officers read this."),
                ),
                Field(
                    "version",
                    _("Version of the terms"),
                    Kind.NUMBER,
                    hidden=True,
                    check=_of_today,
                ),
                Field(
                    "accepted",
                    _("I may commit the organisation, and accept the terms on its behalf"),
                    Kind.FLAG,
                    missing=_("The signatory has to accept the terms"),
                ),
            )
        ),
    ),
)

STEPS = (ORGANISATION, CONTACTS, NEEDS, SECURITY, CONNECTION, TERMS)
BY_NAME = {step.name: step for step in STEPS}
REVIEW = "review"
