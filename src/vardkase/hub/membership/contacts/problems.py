"""What the services of contacts refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class ContactProblem(ProblemCode):
    NO_SUCH_CONTACT = _("Contact not found."), "Invalid contact."
    NO_SUCH_SCHEMA = _("Schema not found."), "Invalid schema."
    NO_SUCH_FIELD = _("Field not found.")
    NOT_AN_ADMINISTRATOR = _("Contacts are managed by the organisation’s administrators.")
    TOO_MANY = _("No more contacts can be added.")
    NO_ROLE = _("Choose what the contact is for.")
    KEY_TOO_LARGE = _("The key is too large.")
    NOT_AN_OPENPGP_KEY = _("This is not a usable OpenPGP key.")
    WRONG_FORMAT = _("This is not in the expected format.")
    NOT_A_WEB_ADDRESS = _("Enter an address that begins with https://.")
    NOT_A_DAY = _("Enter a date such as 2026-01-31.")
    NOT_A_WHOLE_NUMBER = _("Enter a whole number.")
    NO_SUCH_OPTION = _("Choose one of the options.")
