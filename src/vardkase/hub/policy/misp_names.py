"""MISP's roles, categories and types translated to the reader's language, with the original in brackets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

ROLES: dict[str, Promise] = {
    "admin": pgettext_lazy("role", "admin"),
    "Org Admin": pgettext_lazy("role", "Org Admin"),
    "User": pgettext_lazy("role", "User"),
    "Publisher": pgettext_lazy("role", "Publisher"),
    "Sync user": pgettext_lazy("role", "Sync user"),
    "Automation user": pgettext_lazy("role", "Automation user"),
    "Read Only": pgettext_lazy("role", "Read Only"),
}
CATEGORIES: dict[str, Promise] = {
    "Internal reference": pgettext_lazy("category", "Internal reference"),
    "Targeting data": pgettext_lazy("category", "Targeting data"),
    "Antivirus detection": pgettext_lazy("category", "Antivirus detection"),
    "Payload delivery": pgettext_lazy("category", "Payload delivery"),
    "Artifacts dropped": pgettext_lazy("category", "Artifacts dropped"),
    "Payload installation": pgettext_lazy("category", "Payload installation"),
    "Persistence mechanism": pgettext_lazy("category", "Persistence mechanism"),
    "Network activity": pgettext_lazy("category", "Network activity"),
    "Payload type": pgettext_lazy("category", "Payload type"),
    "Attribution": pgettext_lazy("category", "Attribution"),
    "External analysis": pgettext_lazy("category", "External analysis"),
    "Financial fraud": pgettext_lazy("category", "Financial fraud"),
    "Support Tool": pgettext_lazy("category", "Support Tool"),
    "Social network": pgettext_lazy("category", "Social network"),
    "Other": pgettext_lazy("category", "Other"),
}
TYPES: dict[str, Promise] = {
    "identity-card-number": pgettext_lazy("attribute type", "identity-card-number"),
    "passport-number": pgettext_lazy("attribute type", "passport-number"),
    "passport-country": pgettext_lazy("attribute type", "passport-country"),
    "passport-expiration": pgettext_lazy("attribute type", "passport-expiration"),
    "first-name": pgettext_lazy("attribute type", "first-name"),
    "middle-name": pgettext_lazy("attribute type", "middle-name"),
    "last-name": pgettext_lazy("attribute type", "last-name"),
    "full-name": pgettext_lazy("attribute type", "full-name"),
    "date-of-birth": pgettext_lazy("attribute type", "date-of-birth"),
    "place-of-birth": pgettext_lazy("attribute type", "place-of-birth"),
    "gender": pgettext_lazy("attribute type", "gender"),
    "nationality": pgettext_lazy("attribute type", "nationality"),
    "phone-number": pgettext_lazy("attribute type", "phone-number"),
    "email": pgettext_lazy("attribute type", "email"),
    "email-src": pgettext_lazy("attribute type", "email-src"),
    "email-dst": pgettext_lazy("attribute type", "email-dst"),
    "email-src-display-name": pgettext_lazy("attribute type", "email-src-display-name"),
    "email-dst-display-name": pgettext_lazy("attribute type", "email-dst-display-name"),
    "target-user": pgettext_lazy("attribute type", "target-user"),
    "target-email": pgettext_lazy("attribute type", "target-email"),
    "target-org": pgettext_lazy("attribute type", "target-org"),
    "target-machine": pgettext_lazy("attribute type", "target-machine"),
    "target-location": pgettext_lazy("attribute type", "target-location"),
    "payment-details": pgettext_lazy("attribute type", "payment-details"),
    "bank-account-nr": pgettext_lazy("attribute type", "bank-account-nr"),
    "iban": pgettext_lazy("attribute type", "iban"),
    "bic": pgettext_lazy("attribute type", "bic"),
    "bin": pgettext_lazy("attribute type", "bin"),
    "cc-number": pgettext_lazy("attribute type", "cc-number"),
    "prtn": pgettext_lazy("attribute type", "prtn"),
    "whois-registrant-name": pgettext_lazy("attribute type", "whois-registrant-name"),
    "whois-registrant-email": pgettext_lazy("attribute type", "whois-registrant-email"),
    "whois-registrant-phone": pgettext_lazy("attribute type", "whois-registrant-phone"),
    "whois-registrant-org": pgettext_lazy("attribute type", "whois-registrant-org"),
    "twitter-id": pgettext_lazy("attribute type", "twitter-id"),
    "github-username": pgettext_lazy("attribute type", "github-username"),
    "visa-number": pgettext_lazy("attribute type", "visa-number"),
    "redress-number": pgettext_lazy("attribute type", "redress-number"),
    "travel-details": pgettext_lazy("attribute type", "travel-details"),
    "passenger-name-record-locator-number": pgettext_lazy(
        "attribute type", "passenger-name-record-locator-number"
    ),
    "frequent-flyer-number": pgettext_lazy("attribute type", "frequent-flyer-number"),
    "issue-date-of-the-visa": pgettext_lazy("attribute type", "issue-date-of-the-visa"),
    "primary-residence": pgettext_lazy("attribute type", "primary-residence"),
    "country-of-residence": pgettext_lazy("attribute type", "country-of-residence"),
    "ip-src": pgettext_lazy("attribute type", "ip-src"),
    "ip-dst": pgettext_lazy("attribute type", "ip-dst"),
    "mac-address": pgettext_lazy("attribute type", "mac-address"),
    "hostname": pgettext_lazy("attribute type", "hostname"),
    "domain": pgettext_lazy("attribute type", "domain"),
    "attachment": pgettext_lazy("attribute type", "attachment"),
    "comment": pgettext_lazy("attribute type", "comment"),
    "jabber-id": pgettext_lazy("attribute type", "jabber-id"),
}


def native_names(names: Iterable[str], known: Mapping[str, Promise]) -> list[str]:
    """Each name with its local name ("Publicerare (Publisher)"); unknown names stay as they are."""
    natives = ((name, str(known.get(name, name))) for name in names)
    return [name if native == name else f"{native} ({name})" for name, native in natives]
