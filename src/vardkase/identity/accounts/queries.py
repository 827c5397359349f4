"""Reading users, roles and keys: everybody their own, administrators those of their organisation."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from vardkase.core.clock import now_seconds
from vardkase.core.errors import NotFound
from vardkase.identity.accounts.models import AuthKey, Role, User
from vardkase.identity.accounts.staff import CONTENT_BLIND
from vardkase.identity.organisations.acting import ADMIN, Acting
from vardkase.identity.organisations.queries import Reference, by_reference
from vardkase.identity.organisations.standing import may_now

LONGEST_ID = 19
"""Digits that may be too many for a bigint."""


def visible_users(actor: Acting) -> QuerySet[User]:
    """The accounts that `actor` may look at, with role and organisation."""
    users = User.objects.select_related("org", "role").order_by("pk")
    if actor.is_site_admin:
        return users
    if ADMIN in actor.permissions:
        return users.filter(org_id=actor.organisation_id)
    return users.filter(pk=actor.user_id or 0)


def user_lines(actor: Acting, *, value: str = "", state: str = "") -> QuerySet[User]:
    """`search_users` as a list shows them: with `key_count` (keys valid now) and `second_factor`.

    `state` may be "active" or "off" (disabled or expired).
    """
    off = Q(disabled=True) | Q(expiration__lte=Now())
    users = search_users(actor, value=value)
    if state:
        users = users.filter(off if state == "off" else ~off)
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    return users.annotate(key_count=count_of_valid_keys(), second_factor=Exists(factors))


def count_of_valid_keys() -> Coalesce:
    """For each account of a query: how many of its keys are valid now."""
    valid = AuthKey.objects.filter(Q(expiration=0) | Q(expiration__gt=now_seconds()), user=OuterRef("pk"))
    counted = valid.order_by().values("user").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def keys_of(actor: Acting, user: User) -> list[AuthKey]:
    """The keys of one account that `actor` may look at, newest first."""
    return list(visible_keys(actor).filter(user=user).order_by("-pk"))


def find_user(actor: Acting, reference: Reference) -> User:
    """One account by id, or the actor's own as "me". Raises NotFound."""
    text = str(actor.user_id if str(reference) == "me" else reference)
    condition = by_reference(text) if text.isdecimal() else None
    found = visible_users(actor).filter(condition).first() if condition is not None else None
    if found is None:
        raise NotFound("Invalid user")
    return found


def search_users(actor: Acting, *, value: str = "", organisation: str = "", role: str = "") -> QuerySet[User]:
    """Accounts with `value` in e-mail, organisation or role, of one organisation or role by id or name."""
    users = visible_users(actor)
    if value:
        users = users.filter(
            Q(email__icontains=value) | Q(org__name__icontains=value) | Q(role__name__icontains=value)
        )
    if organisation:
        users = users.filter(_named("org", organisation))
    if role:
        users = users.filter(_named("role", role))
    return users


def _named(field: str, text: str) -> Q:
    """The organisation or role of an account, by an id's digits or by its name."""
    if text.isdecimal() and len(text) < LONGEST_ID:
        return Q(**{f"{field}_id": int(text)})
    return Q(**{f"{field}__name__iexact": text})


def roles() -> QuerySet[Role]:
    """Every role; everybody may know them."""
    return Role.objects.order_by("pk")


def find_role(reference: Reference) -> Role:
    """One role by id. Raises NotFound."""
    text = str(reference)
    condition = by_reference(text) if text.isdecimal() else None
    found = roles().filter(condition).first() if condition is not None else None
    if found is None:
        raise NotFound("Invalid role")
    return found


def visible_keys(actor: Acting) -> QuerySet[AuthKey]:
    """The keys of the accounts that `actor` may look at; what is in them is a digest, never the key."""
    return AuthKey.objects.select_related("user").filter(user__in=visible_users(actor)).order_by("pk")


def find_key(actor: Acting, reference: Reference) -> AuthKey:
    """One key by id or uuid. Raises NotFound."""
    condition = by_reference(reference)
    found = visible_keys(actor).filter(condition).first() if condition is not None else None
    if found is None:
        raise NotFound("Invalid auth key")
    return found


def own_keys(actor: Acting) -> list[AuthKey]:
    """The actor's own keys, newest first."""
    return list(AuthKey.objects.filter(user_id=actor.user_id or 0).order_by("-pk"))


def own_keys_ending(actor: Acting, within: int) -> list[AuthKey]:
    """The actor's own keys that stop working in the next `within` seconds, the first to end first."""
    now = now_seconds()
    ending = AuthKey.objects.filter(
        user_id=actor.user_id or 0, expiration__gt=now, expiration__lte=now + within
    )
    return list(ending.order_by("expiration"))


def find_own_key(actor: Acting, reference: Reference) -> AuthKey:
    """One of the actor's own keys by id or uuid. Raises NotFound, also for keys that others own."""
    found = find_key(actor, reference)
    if found.user_id != actor.user_id:
        raise NotFound("Invalid auth key")
    return found


def has_second_factor(user: User) -> bool:
    """Whether the account has a one-time-password generator."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def active_users() -> QuerySet[User]:
    """Accounts that may sign in now, whoever asks: for what the hub itself does, such as sending mail."""
    current = Q(expiration__isnull=True) | Q(expiration__gt=Now())
    return User.objects.filter(current, disabled=False).order_by("pk")


def reading_users() -> QuerySet[User]:
    """Those of them who may be told of what is shared: their organisation reads, and no duty of theirs forbids it."""
    blind = [duty.value for duty in CONTENT_BLIND]
    return active_users().filter(may_now("read", path="org")).exclude(staff_roles__overlap=blind)


def emails_of(ids: Iterable[int]) -> dict[int, str]:
    """The e-mail addresses of accounts by id."""
    return dict(User.objects.filter(pk__in=set(ids)).values_list("pk", "email"))


def administrators_of(organisation_id: int) -> dict[str, str]:
    """The e-mail addresses of an organisation's administrators by user id, as MISP shows them."""
    found = User.objects.filter(org_id=organisation_id, role__perm_admin=True, disabled=False).order_by("pk")
    return {str(pk): email for pk, email in found.values_list("pk", "email")}
