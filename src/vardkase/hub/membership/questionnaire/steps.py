"""Steps of the form (hub.md section 2), in order. The seventh, the review, has no questions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.hub.membership.counties import COUNTIES
from vardkase.hub.membership.questionnaire import checks, reserved
from vardkase.hub.membership.questionnaire.fields import FieldGroup, FieldKind, FormField, FormStep
from vardkase.hub.membership.questionnaire.needs import NEEDS
from vardkase.hub.membership.questionnaire.problems import AnswerProblem, UnansweredProblem
from vardkase.hub.membership.questionnaire.security import SECURITY
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.hub.membership.terms.queries import current_terms

LONGEST_KEY = 60_000

ORGANISATION = FormStep(
    "organisation",
    _("Organisation"),
    _("Your organisation"),
    _("Who is applying? Allow five minutes."),
    (
        FieldGroup(
            (
                FormField(
                    "name", _("Name of the organisation"), autocomplete="organization", check=checks.name
                ),
                FormField(
                    "number",
                    _("Organisation number"),
                    hint=_("Ten digits, such as 212000-0142."),
                    longest=20,
                    check=checks.organisation_number,
                ),
                FormField(
                    "sector",
                    _("Legal form and sector"),
                    FieldKind.CHOICE,
                    choices=Sector.choices,
                    hint=_("Determines the phase in which you are admitted."),
                    missing=UnansweredProblem.LEGAL_FORM,
                ),
                FormField(
                    "nis2",
                    _("Classification under the Swedish Cybersecurity Act (2025:1506)"),
                    FieldKind.CHOICE,
                    choices=Nis2Status.choices,
                    missing=UnansweredProblem.NIS2,
                ),
                FormField("county", _("County"), FieldKind.CHOICE, required=False, choices=COUNTIES),
            )
        ),
        FieldGroup(
            (
                FormField("street", _("Street or box"), autocomplete="street-address"),
                FormField("postcode", _("Postcode"), longest=12, autocomplete="postal-code"),
                FormField("city", _("Town"), longest=60, autocomplete="address-level2"),
            ),
            title=_("Address"),
        ),
        FieldGroup(
            (
                FormField(
                    "domains",
                    _("E-mail domains"),
                    FieldKind.LINES,
                    longest=253,
                    hint=_("One per line. User accounts must have addresses in these domains."),
                    check=checks.each(reserved.anothers_domain),
                ),
            ),
            title=_("E-mail"),
        ),
    ),
)


def _contact(name: str, title: object, hint: object, *more: FormField) -> FieldGroup:
    return FieldGroup(
        (
            FormField("name", _("Name"), autocomplete="off"),
            *more,
            FormField(
                "email",
                _("E-mail address"),
                FieldKind.EMAIL,
                longest=254,
                autocomplete="off",
                check=reserved.anothers_address,
            ),
            FormField("phone", _("Telephone"), FieldKind.PHONE, longest=30, autocomplete="off"),
            FormField(
                "key",
                _("OpenPGP key (optional)"),
                FieldKind.LONG,
                required=False,
                longest=LONGEST_KEY,
                hint=_("The public key. E-mail to this address is then encrypted."),
                check=checks.openpgp_key,
            ),
        ),
        name,
        title,  # type: ignore[arg-type]
        hint,  # type: ignore[arg-type]
    )


CONTACTS = FormStep(
    "contacts",
    _("Contacts"),
    _("Contacts"),
    _("The people we should contact. One person may hold several roles. Allow ten minutes."),
    (
        _contact(
            "signatory",
            _("Signatory"),
            _("Authorised to represent the organisation. Accepts the terms."),
            FormField("role", _("Position")),
        ),
        _contact(
            "main", _("Main contact"), _("Receives our decision and everything that concerns the membership.")
        ),
        _contact("technical", _("Technical contact"), _("Sets up the connection.")),
        _contact(
            "security",
            _("24/7 security contact"),
            _("A contact who can be reached around the clock; give a function rather than a named person."),
        ),
        _contact("dpo", _("Data protection officer"), _("The person we ask about personal data.")),
    ),
)

WITH_API = ("method", (Connection.API.value, Connection.BOTH.value))

CONNECTION = FormStep(
    "connection",
    _("Connection"),
    _("Connection"),
    _("How your users and systems reach the hub. Allow ten minutes, and check with your network team."),
    (
        FieldGroup(
            (
                FormField(
                    "method",
                    _("How do you want to connect?"),
                    FieldKind.CHOICE,
                    choices=Connection.choices,
                    missing=UnansweredProblem.CONNECTION,
                ),
                FormField(
                    "reasons",
                    _("Why did you choose this?"),
                    FieldKind.LONG,
                    longest=1000,
                    hint=_("A sentence or two is enough."),
                ),
                FormField(
                    "users",
                    _("How many people will use the hub?"),
                    FieldKind.NUMBER,
                    hint=_("Approximate number in the first year."),
                    check=checks.between(1, 100_000),
                ),
                FormField(
                    "networks",
                    _("Your users’ networks"),
                    FieldKind.LINES,
                    longest=50,
                    hint=_("As seen from the internet, one per line, such as 192.0.2.0/24."),
                    check=checks.each(checks.network),
                ),
            )
        ),
        FieldGroup(
            (
                FormField("software", _("Software"), hint=_("What you connect with, such as MISP.")),
                FormField("version", _("Version"), longest=40),
                FormField(
                    "egress",
                    _("Source addresses"),
                    FieldKind.LINES,
                    longest=45,
                    hint=_("Fixed addresses, one per line."),
                    check=checks.each(checks.address),
                ),
                FormField(
                    "certificate",
                    _("Client certificate"),
                    FieldKind.LONG,
                    longest=LONGEST_KEY,
                    hint=_("In PEM format. Never the private key."),
                    check=checks.certificate,
                ),
                FormField(
                    "uuid",
                    _("UUID of your organisation there (optional)"),
                    required=False,
                    longest=40,
                    hint=_(
                        "In MISP under Administration, List Organisations. We use it to recognise what you "
                        "send as yours."
                    ),
                    check=checks.uuid,
                ),
                FormField(
                    "key",
                    _("OpenPGP key of the instance (optional)"),
                    FieldKind.LONG,
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


def _current_version(version: int) -> int:
    if version != current_terms().version:
        raise Invalid(AnswerProblem.OUTDATED_TERMS())
    return version


TERMS = FormStep(
    "terms",
    _("Terms"),
    _("Terms"),
    _("The signatory reads the terms and accepts them for the organisation. Allow five minutes."),
    (
        FieldGroup(
            (
                FormField("name", _("Name of the signatory"), autocomplete="off"),
                FormField("role", _("Position"), autocomplete="off"),
                FormField(
                    "why_not_signatory",
                    _("If this is not the signatory in step 2: why?"),
                    FieldKind.LONG,
                    required=False,
                    longest=500,
                    hint=_("For example: the signatory has delegated it. Our officers read this."),
                ),
                FormField(
                    "version",
                    _("Version of the terms"),
                    FieldKind.NUMBER,
                    hidden=True,
                    check=_current_version,
                ),
                FormField(
                    "accepted",
                    _("I am authorised to represent the organisation, and accept the terms on its behalf"),
                    FieldKind.FLAG,
                    missing=UnansweredProblem.TERMS,
                ),
            )
        ),
    ),
)

STEPS = (ORGANISATION, CONTACTS, NEEDS, SECURITY, CONNECTION, TERMS)
BY_NAME = {step.name: step for step in STEPS}
REVIEW = "review"
