"""Signing in by password and second factor, and attempts to get around either."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_role, make_user
from tests.factories.seed import Seed
from tests.web.accounts import PASSWORD, code_of, post_sign_in, signed_in, with_password, with_totp
from vardkase.audit.models import AuditEntry
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services import edit_user, one_time_codes
from vardkase.identity.organisations.standing import NEVER

NEW = "tretton fyrar tända längs kusten"
GATED = ("/", "/account/", "/events/", "/administration/users/", "/design/")


@pytest.fixture(autouse=True)
def no_attempts_yet(db: None, settings: Any) -> None:
    """Resets the rate limits and makes password hashing fast."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def person(seed: Seed) -> User:
    return with_password(seed.analyst.user)


SOME_PAGE = "/events/"


def where(client: Client, path: str = SOME_PAGE) -> str:
    """The final path after redirects."""
    response = client.get(path, follow=True)
    chain = response.redirect_chain
    return str(chain[-1][0]).partition("?")[0] if chain else path


@pytest.mark.usefixtures("password_is_enough")
def test_password_signs_in_and_is_recorded(person: User, client: Client) -> None:
    assert where(client) == "/account/login/"
    assert post_sign_in(client, person.email.upper()).headers["Location"] == "/"
    assert where(client) == SOME_PAGE
    entry = AuditEntry.objects.get(action="user.signed_in")
    assert (entry.actor_id, entry.organisation_id, entry.address) == (person.pk, person.org_id, "127.0.0.1")


@pytest.mark.usefixtures("password_is_enough")
def test_long_password_is_verified_as_typed(person: User, client: Client) -> None:
    long = "Fyrar Tända Längs Kusten " * 3 + "x"
    person.set_password(long)
    person.save()
    for altered in (long[:72], long.lower(), long + " ", " " + long, long[:-1]):
        post_sign_in(client, person.email, altered)
        assert where(client) == "/account/login/", altered
        cache.clear()
    post_sign_in(client, person.email, long)
    assert where(client) == SOME_PAGE


@pytest.mark.usefixtures("password_is_enough")
def test_session_key_changes_at_sign_in(person: User, client: Client) -> None:
    client.get("/account/login/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    client.cookies["vardkase"] = str(planted)
    post_sign_in(client, person.email)
    assert client.session.session_key != planted
    assert where(client) == SOME_PAGE


def test_wrong_password_and_unknown_user_look_alike(person: User, client: Client) -> None:
    wrong = post_sign_in(client, person.email, "fel")
    unknown = post_sign_in(client, "nobody@nowhere.example", "fel")
    shown = [response.context["form"].errors for response in (wrong, unknown)]  # type: ignore[attr-defined]
    assert shown[0] == shown[1] != {}
    refused = AuditEntry.objects.filter(action="user.sign_in_refused").order_by("pk")
    assert [entry.target_id for entry in refused] == [person.pk, None]
    assert not any("nobody" in entry.title for entry in refused)


@pytest.mark.usefixtures("password_is_enough")
@pytest.mark.parametrize("off", [{"disabled": True}, {"expiration": timezone.now() - timedelta(seconds=1)}])
def test_disabled_account_cannot_sign_in_or_stay(person: User, client: Client, off: dict[str, Any]) -> None:
    post_sign_in(client, person.email)
    assert where(client) == SOME_PAGE
    with_password(person, **off)
    assert where(client) == "/account/login/", "signed out at once"
    assert post_sign_in(client, person.email).headers["Location"] == "/account/inactive/"
    assert where(client) == "/account/login/"


@pytest.mark.usefixtures("password_is_enough")
def test_password_change_ends_other_sessions(person: User) -> None:
    here, there = Client(), Client()
    for browser in (here, there):
        post_sign_in(browser, person.email)
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post("/account/password/change/", fields).status_code == 302
    assert (where(here), where(there)) == (SOME_PAGE, "/account/login/")


@pytest.mark.usefixtures("password_is_enough")
def test_force_logout_ends_every_session_once(seed: Seed, person: User) -> None:
    here, there = Client(), Client()
    for browser in (here, there):
        post_sign_in(browser, person.email)
    edit_user(seed.site_admin.actor, person, {"force_logout": True})
    assert (where(here), where(there)) == ("/account/login/", "/account/login/")
    post_sign_in(here, person.email)
    assert where(here) == SOME_PAGE


@pytest.mark.usefixtures("password_is_enough")
def test_sign_out_everywhere_keeps_this_browser(person: User) -> None:
    here, there = Client(), Client()
    for browser in (here, there):
        post_sign_in(browser, person.email)
    here.post(reverse("account_end_sessions"))
    assert (where(here), where(there)) == (SOME_PAGE, "/account/login/")
    assert AuditEntry.objects.filter(action="user.signed_out_everywhere", change={"sessions": 1}).exists()


def test_one_time_password_must_be_changed_first(person: User, client: Client) -> None:
    with_password(person, change_pw=True)
    post_sign_in(client, person.email)
    own = ["/account/second-factor/", "/account/second-factor/totp/activate/", "/account/keys/new/"]
    for path in [*GATED, *own]:
        assert where(client, path) == "/account/password/change/", path
    same = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/account/password/change/", same).status_code == 200
    assert User.objects.get(pk=person.pk).change_pw, "the one-time password again is not a new password"
    client.post("/account/password/change/", same | {"password1": NEW, "password2": NEW})
    assert not User.objects.get(pk=person.pk).change_pw
    assert AuditEntry.objects.filter(action="user.password_changed", actor_id=person.pk).exists()


def test_second_factor_must_be_set_up_first(
    person: User, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    post_sign_in(client, person.email)
    for path in GATED:
        assert where(client, path) == "/account/second-factor/", path
    writes = client.post(reverse("account_edit"), {"email": "new@a.example"})
    assert writes.headers["Location"] == "/account/second-factor/"
    page = client.get("/account/second-factor/totp/activate/")
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/account/second-factor/totp/activate/", {"code": code_of(secret)})
    assert done.headers["Location"] == "/account/second-factor/recovery-codes/"
    assert client.get(done.headers["Location"]).context["unused_codes"]
    assert where(client) == SOME_PAGE
    stored = Authenticator.objects.get(user=person, type="totp").data["secret"]
    assert secret not in stored, "stored encrypted"
    added = AuditEntry.objects.filter(action="second_factor.added", actor_id=person.pk)
    assert [entry.change["kind"] for entry in added.order_by("pk")] == ["app", "recovery codes"]


def test_password_alone_does_not_pass_second_factor(person: User, client: Client) -> None:
    secret = with_totp(person)
    assert post_sign_in(client, person.email).headers["Location"] == "/account/second-factor/authenticate/"
    for path in (*GATED[1:], "/account/second-factor/totp/activate/", "/account/password/change/"):
        assert where(client, path) in ("/account/login/", "/account/second-factor/authenticate/"), path
    wrong = client.post("/account/second-factor/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert client.post("/account/second-factor/authenticate/", {"code": code_of(secret)}).status_code == 302
    assert where(client) == SOME_PAGE
    assert AuditEntry.objects.filter(action="user.second_factor_refused").exists()


def test_code_works_once(person: User) -> None:
    code = code_of(with_totp(person))
    for answer in (302, 200):
        browser = Client()
        post_sign_in(browser, person.email)
        sent = browser.post("/account/second-factor/authenticate/", {"code": code})
        assert sent.status_code == answer


def test_activation_code_does_not_work_again(person: User, client: Client) -> None:
    post_sign_in(client, person.email)
    secret = client.get("/account/second-factor/totp/activate/").context["form"].secret
    code = code_of(secret)
    assert client.post("/account/second-factor/totp/activate/", {"code": code}).status_code == 302
    browser = Client()
    post_sign_in(browser, person.email)
    assert browser.post("/account/second-factor/authenticate/", {"code": code}).status_code == 200
    later = browser.post("/account/second-factor/authenticate/", {"code": code_of(secret, 1)})
    assert later.status_code == 302


def test_code_ahead_of_clock_works_once(person: User) -> None:
    """The code of an app half a minute ahead stays acceptable for a minute and a half."""
    secret = with_totp(person)
    code = code_of(secret, 1)
    for sent, answer in ((code, 302), (code, 200), (code_of(secret), 200)):
        cache.clear()
        browser = Client()
        post_sign_in(browser, person.email)
        got = browser.post("/account/second-factor/authenticate/", {"code": sent})
        assert got.status_code == answer, sent


def test_wrong_codes_are_counted_across_processes(person: User) -> None:
    secret = with_totp(person)
    for _ in range(one_time_codes.WRONG_CODES):
        assert one_time_codes.may_try(person.pk)
    browser = Client()
    post_sign_in(browser, person.email)
    assert browser.post("/account/second-factor/authenticate/", {"code": code_of(secret)}).status_code == 200
    one_time_codes.forgive(person.pk)
    assert browser.post("/account/second-factor/authenticate/", {"code": code_of(secret)}).status_code == 302


def test_recovery_code_works_once(person: User) -> None:
    with_totp(person)
    code = Authenticator.objects.get(user=person, type="recovery_codes").wrap().get_unused_codes()[0]
    for answer in (302, 200):
        browser = Client()
        post_sign_in(browser, person.email)
        sent = browser.post("/account/second-factor/authenticate/", {"code": code})
        assert sent.status_code == answer


def test_guessing_codes_is_limited_per_account(person: User, client: Client) -> None:
    secret = with_totp(person)
    post_sign_in(client, person.email)
    for _ in range(6):
        client.post("/account/second-factor/authenticate/", {"code": "000000"})
    right = client.post("/account/second-factor/authenticate/", {"code": code_of(secret)})
    assert right.status_code != 302


def test_skipping_second_factor_requires_permission_in_role(seed: Seed, client: Client) -> None:
    """A site administrator has every permission except this one, unless the role has it."""
    role = seed.site_admin.user.role
    role.perm_skip_otp = False
    role.save()
    post_sign_in(client, with_password(seed.site_admin.user).email)
    assert Permission.SKIP_OTP in seed.site_admin.actor.permissions
    assert where(client) == "/account/second-factor/"
    machines = make_role("Machines", [Permission.AUTH, Permission.SKIP_OTP])
    machine = with_password(make_user(seed.org_a, machines, "machine@a.example"))
    browser = Client()
    post_sign_in(browser, machine.email)
    assert where(browser) == SOME_PAGE


@pytest.mark.usefixtures("password_is_enough")
def test_guessing_passwords_is_limited_per_account(person: User) -> None:
    """Across addresses and host headers."""
    for number in range(5):
        guesser = Client(REMOTE_ADDR=f"192.0.2.{number}")
        post_sign_in(guesser, person.email, "fel", host=f"hub{number}.example")
    stopped = post_sign_in(Client(REMOTE_ADDR="192.0.2.99"), person.email.title(), host="other.example")
    assert stopped.status_code == 200, "the correct password has to wait too"
    assert where(Client()) == "/account/login/"


@pytest.mark.usefixtures("password_is_enough")
def test_guessing_passwords_is_limited_per_address(person: User) -> None:
    """Across accounts; a client's X-Forwarded-For is not trusted."""
    for number in range(10):
        address = {"X-Forwarded-For": f"198.51.100.{number}"}
        post_sign_in(Client(), f"somebody{number}@a.example", "fel", **address)
    stopped = post_sign_in(Client(), person.email)
    assert stopped.status_code in (200, 429)


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_email", "account_reset_password", "account_set_password",
     "account_email_verification_sent"],
)  # fmt: skip
def test_unused_allauth_pages_return_404(person: User, name: str) -> None:
    assert Client().get(reverse(name)).status_code == 404
    assert signed_in(person).post(reverse(name), {"email": "x@a.example"}).status_code == 404


@pytest.mark.usefixtures("password_is_enough")
def test_role_change_applies_at_next_request(seed: Seed) -> None:
    client = signed_in(seed.org_admin.user)
    assert client.get(reverse("users")).status_code == 200
    edit_user(seed.site_admin.actor, seed.org_admin.user, {"role_id": seed.reader.user.role_id})
    assert client.get(reverse("users")).status_code == 403


def test_large_form_is_refused_before_sign_in(client: Client) -> None:
    fields = {"login": "a@a.example", "password": "x" * (1024 * 1024)}
    assert client.post("/account/login/", fields).status_code == 413


@pytest.mark.usefixtures("password_is_enough")
def test_redirect_to_other_site_is_ignored(person: User, client: Client) -> None:
    fields = {"login": person.email, "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post("/account/login/", fields).headers["Location"] == "/"


@pytest.mark.usefixtures("password_is_enough")
def test_signed_in_user_is_bound_by_body_limit(person: User, settings: Any) -> None:
    settings.VARDKASE_MAX_BODY = 1000
    answer = signed_in(person).post("/account/looks/", {"theme": "x" * 1000})
    assert answer.status_code == 413


def test_trusted_proxy_header_means_https(client: Client, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert client.get("/account/login/", headers={"X-Forwarded-Proto": "https"}).wsgi_request.is_secure()


def test_second_factor_survives_secret_key_rotation(person: User, settings: Any) -> None:
    secret = with_totp(person)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key, long enough for everything that is made from it"
    browser = Client()
    post_sign_in(browser, person.email)
    assert browser.post("/account/second-factor/authenticate/", {"code": code_of(secret)}).status_code == 302


def test_read_only_organisation_may_change_passwords(seed: Seed, person: User) -> None:
    seed.org_a.write_period = NEVER
    seed.org_a.save()
    with_password(person, change_pw=True)
    browser = Client()
    post_sign_in(browser, person.email)
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert browser.post("/account/password/change/", fields).status_code == 302
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_failed_sign_in_says_whom_to_contact(person: User, client: Client) -> None:
    """Also for the organisation's only administrator, and for a lost second factor."""
    with_totp(person)
    wrong = post_sign_in(client, person.email, "wrong", **{"accept-language": "sv"})
    assert "E-postadressen eller lösenordet är fel." in wrong.content.decode()
    first = client.get("/account/login/", headers={"accept-language": "sv"})
    post_sign_in(client, person.email)
    for page in (first, client.get("/account/second-factor/authenticate/")):
        shown = page.content.decode()
        assert reverse("support_ask") in shown
        assert "enda administratören" in shown or "only administrator" in shown
