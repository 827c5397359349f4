"""What is wrong or missing in the answers to the form."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class AnswerProblem(ProblemCode):
    NOT_SHOWN = _("The text contains characters that cannot be shown. Type it again.")
    INVISIBLE_CHARACTERS = _("The name contains invisible characters. Type it again.")
    TOO_LONG = _("Enter at most %(most)s characters.")
    TOO_MANY_LINES = _("Enter at most %(most)s lines.")
    NOT_AN_INTEGER = _("Enter a whole number.")
    NOT_A_NUMBER = _("Enter a whole number, such as 25.")
    NOT_A_LIST = _("Enter a list.")
    NOT_A_LIST_OF_TEXTS = _("Enter at most %(most)s items.")
    NOT_A_BOOLEAN = _("Enter true or false.")
    NOT_AN_ORGANISATION_NUMBER = _("The check digit is wrong. Use the format 212000-0142.")
    NOT_AN_ADDRESS = _("Enter an e-mail address, such as namn@myndighet.se.")
    NOT_A_TELEPHONE_NUMBER = _("Enter a telephone number with its area code, such as 010-240 40 40.")
    NOT_A_DOMAIN = _("“%(text)s” is not a domain. Use the format myndighet.se.")
    NOT_A_NETWORK = _("“%(text)s” is not a network. Use the format 192.0.2.0/24.")
    ADDRESS_IN_A_NETWORK = _(
        "“%(text)s” is an address in the network %(network)s. Enter either the address or the network."
    )
    PRIVATE_NETWORK = _(
        "“%(text)s” is private and cannot be seen from outside. Enter the addresses from which your users "
        "reach the internet."
    )
    NETWORK_TOO_WIDE = _("“%(text)s” is too large. Enter your own networks, /%(prefix)s or smaller.")
    NOT_AN_IP_ADDRESS = _("“%(text)s” is not an IP address. Use the format 192.0.2.10.")
    NOT_A_UUID = _("Enter a UUID, such as 55f6ea65-aa10-4c5a-bf01-4f84950d210f.")
    PRIVATE_KEY_OF_CERTIFICATE = _(
        "This contains a private key. Keep it secret: send only the certificate, and replace the key pair."
    )
    NOT_A_CERTIFICATE = _("Paste one certificate in PEM format, starting with -----BEGIN CERTIFICATE-----.")
    CERTIFICATE_EXPIRED = _("The certificate has expired.")
    PRIVATE_OPENPGP_KEY = _(
        "This contains a private key. Keep it secret: send only the public key, and replace the key pair."
    )
    NOT_AN_OPENPGP_KEY = _("Paste one public key, starting with -----BEGIN PGP PUBLIC KEY BLOCK-----.")
    OPENPGP_KEY_REVOKED = _("The key has been revoked.")
    NOT_A_DATE = _("Enter a date, such as 2027-03-31.")
    DOMAIN_OF_THE_HUB = _(
        "“%(domain)s” belongs to the organisation that runs this hub. Enter your own domains."
    )
    ADDRESS_OF_THE_HUB = _(
        "“%(address)s” belongs to the organisation that runs this hub. Enter contacts at your own "
        "organisation."
    )
    OUTDATED_TERMS = _("There is a new version of the terms. Read and accept it.")
    ACCEPTED_BY_ANOTHER = _(
        "The signatory in step 2 is %(name)s. Explain why someone else accepts the terms."
    )
    LACKS_PLAN = _("Explain what is missing, and what you will do.")
    LACKS_PLANNED_DATE = _("Enter the date by which it will be done.")


class UnansweredProblem(ProblemCode):
    """The message for an empty answer to a required question; `field` is the label of the question."""

    FIELD = _("Fill in “%(field)s”.")
    LEGAL_FORM = _("Choose your legal form")
    NIS2 = _("Choose your classification under the Cybersecurity Act, or that it is not yet known")
    CONNECTION = _("Choose how you want to connect")
    TERMS = _("The signatory must accept the terms")
    LEVEL = _("Choose a level for each measure")
    TECHNOLOGY_NOW = _("Choose where you receive indicators today")
    TECHNOLOGY_TARGET = _("Choose where you want to receive indicators")
    PROCESSES_NOW = _("Choose what processes you have today")
    PROCESSES_TARGET = _("Choose what processes you want to have")
    RESOURCES_NOW = _("Choose how much time you have today")
    RESOURCES_TARGET = _("Choose how much time you want to have")
    VALUE = _("Choose at least one thing you want from the hub")


class FileProblem(ProblemCode):
    """What is wrong with an uploaded file."""

    FORMAT = _("Send PDF, PNG, JPEG, DOCX, XLSX or plain text.")
    EMPTY = _("The file is empty.")
    TOO_LARGE = _("The file is too large: at most 10 MB.")
    CONTENT = _("The file’s content does not match its name: it is not a valid %(format)s.")
