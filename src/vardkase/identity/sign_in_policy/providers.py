"""Rules on which users may, and which must, sign in through an organisation's own provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.rules import has_verified_domain, plain_domain
from vardkase.identity.sign_in_policy.models import IdentityProvider
from vardkase.identity.sign_in_policy.problems import SignInProblem

SECOND_FACTOR = "mfa"
"""What `amr` (RFC 8176, section 2) or `acr` says when more than one factor was asked for."""


class ProviderFault(StrEnum):
    STATE = "state"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    ANSWER = "answer"
    TOKEN = "token"  # noqa: S105 - a word, not a secret
    EMAIL = "email"
    DOMAIN = "domain"
    NO_ACCOUNT = "no_account"
    SERVES_THE_HUB = "serves_the_hub"


SENTENCES: dict[ProviderFault, str | Promise] = {
    ProviderFault.STATE: _("The sign-in took too long, or was started in another browser. Start again."),
    ProviderFault.DECLINED: _("Your organisation’s sign-in service refused your sign-in."),
    ProviderFault.UNREACHABLE: _(
        "Your organisation’s sign-in service cannot be reached. Try again in a while."
    ),
    ProviderFault.ANSWER: _(
        "Your organisation’s sign-in service does not respond as expected. Notify your administrator."
    ),
    ProviderFault.TOKEN: _(
        "The information from your organisation’s sign-in service cannot be trusted. Notify your administrator."
    ),
    ProviderFault.EMAIL: _(
        "Your organisation’s sign-in service does not confirm your e-mail address. Notify your administrator."
    ),
    ProviderFault.DOMAIN: _(
        "Your organisation’s sign-in service gives an address outside the e-mail domains that "
        "your organisation has verified."
    ),
    ProviderFault.NO_ACCOUNT: _(
        "Your organisation has no account here with your e-mail address. Ask your administrator for one."
    ),
    ProviderFault.SERVES_THE_HUB: _(
        "People who administer or operate the hub itself sign in with a passkey or a "
        "password, not through an organisation."
    ),
}


class ProviderRefused(Exception):
    def __init__(self, fault: ProviderFault, detail: str = "") -> None:
        super().__init__(detail or fault.value)
        self.fault, self.detail = fault, detail

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.fault])


@dataclass(frozen=True, slots=True)
class ProviderRequired:
    """A sign-in bypassed the provider that the organisation requires."""

    label: str

    @property
    def sentence(self) -> str:
        return str(SignInProblem.PROVIDER_REQUIRED(label=self.label))


def provider_for(email: str) -> IdentityProvider | None:
    """The provider of the organisation that has verified the address's domain.

    If two have verified it, that of the organisation that has the account.
    """
    domain = plain_domain(email.rpartition("@")[2])
    if not domain:
        return None
    accounts = User.objects.filter(email__iexact=email.strip()).values("org_id")
    providers = IdentityProvider.objects.filter(org__verified_domains__contains=[domain], org__local=True)
    first = Case(When(org_id__in=accounts, then=Value(0)), default=Value(1))
    return providers.select_related("org").order_by(first, "org_id").first()


def account_of(provider: IdentityProvider, claims: Mapping[str, Any]) -> User:
    """The account for a provider's verified claims, in its own organisation. Raises ProviderRefused.

    Includes disabled accounts: the sign-in reports why they are disabled. Excludes accounts with rights
    beyond their organisation, which an administrator who registers a provider could otherwise impersonate.
    """
    email = claims.get("email")
    if not isinstance(email, str) or not email.isprintable() or claims.get("email_verified") is not True:
        raise ProviderRefused(ProviderFault.EMAIL)
    if not has_verified_domain(email, provider.org.verified_domains):
        raise ProviderRefused(ProviderFault.DOMAIN)
    user = (
        User.objects.select_related("org", "role").filter(org_id=provider.org_id, email__iexact=email).first()
    )
    # The database takes some letters for another one's capital; the owner of "admın" is not "admin".
    if user is None or user.email.lower() != email.lower():
        raise ProviderRefused(ProviderFault.NO_ACCOUNT)
    if serves_the_hub(user):
        raise ProviderRefused(ProviderFault.SERVES_THE_HUB)
    return user


def proved(provider: IdentityProvider) -> None:
    IdentityProvider.objects.filter(pk=provider.pk).update(proved=timezone.now())


def required_of(user: User) -> IdentityProvider | None:
    """The provider that `user` has to sign in through, if any: never for those who run the hub, as a
    fallback."""
    if serves_the_hub(user):
        return None
    return IdentityProvider.objects.filter(org_id=user.org_id, required=True).first()


def vouches_for_second_factor(provider: IdentityProvider, claims: Mapping[str, Any]) -> bool:
    methods = claims.get("amr")
    is_in_methods = isinstance(methods, list) and SECOND_FACTOR in methods
    return provider.trusts_second_factor and (is_in_methods or claims.get("acr") == SECOND_FACTOR)


def serves_the_hub(user: User) -> bool:
    return user.role.perm_site_admin or bool(user.staff_roles)
