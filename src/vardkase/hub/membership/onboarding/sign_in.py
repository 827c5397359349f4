"""Sign-in requirements of the hub owner that an organisation does not yet meet."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from django.utils.translation import gettext, ngettext

from vardkase.hub.membership.members.refused_sign_in import refused_by
from vardkase.identity.organisations.models import Organisation, SignInRule


def lacking_sign_in(organisation: Organisation, required: AbstractSet[str], key_days: int) -> list[str]:
    """A sentence for each rule of `required` that a user or key of the organisation does not meet.

    `key_days`: the maximum lifetime of keys, 0 if not set.
    """
    refused = refused_by(Organisation.objects.filter(pk=organisation.pk), required, key_days)
    lacking = []
    if SignInRule.DOMAINS in refused.organisations:
        lacking.append(gettext("No e-mail domain is verified."))
    elif count := len(refused.accounts.get(SignInRule.DOMAINS, ())):
        sentence = ngettext(
            "%(count)s account has an address outside the verified e-mail domains.",
            "%(count)s accounts have an address outside the verified e-mail domains.",
            count,
        )
        lacking.append(sentence % {"count": count})
    if SignInRule.SOURCE in refused.organisations:
        lacking.append(gettext("No network and no valid client certificate is registered."))
    if count := len(refused.accounts.get(SignInRule.SECOND_FACTOR, ())):
        sentence = ngettext(
            "%(count)s account has no second factor.", "%(count)s accounts have no second factor.", count
        )
        lacking.append(sentence % {"count": count})
    if count := len(refused.keys.get(SignInRule.KEYS, ())):
        sentence = ngettext(
            "%(count)s key has no expiry date or no addresses, or is valid for too long.",
            "%(count)s keys have no expiry date or no addresses, or are valid for too long.",
            count,
        )
        lacking.append(sentence % {"count": count})
    return lacking
