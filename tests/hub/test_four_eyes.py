"""No action that takes two people is done by one, on any interface or by any means."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from tests.api.calls import call
from tests.factories import make_key, make_user
from tests.factories.content_access import in_browser
from tests.factories.seed import Seed
from tests.factories.two_person_access import WAYS_IN
from tests.factories.two_person_actions import SCENES, at_screen, proposed
from tests.factories.two_person_reviews import REVIEWS
from tests.factories.two_person_setup import Setup, gather
from tests.identity.two_people import approved
from tests.web.accounts import confirm, signed_in
from vardkase.cli.main import commands
from vardkase.core.errors import Forbidden, NotFound
from vardkase.identity.access.acting_for import in_the_name_of
from vardkase.identity.access.actor import Actor, actor_for, console_actor
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.four_eyes import services as four_eyes
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.registry import actions
from vardkase.identity.accounts.models import User

ALL = SCENES | WAYS_IN | REVIEWS
DONE = ("approved", "alone")


@pytest.fixture(autouse=True)
def _quick(password_is_enough: None, settings: Any) -> None:
    """Step-up authentication by password is enough, because second factors have their own tests; mail is only
    queued.
    """
    settings.BASE_URL, settings.VARDKASE_SMTP_HOST = "https://hub.example", "127.0.0.1"


def test_every_action_has_a_setup() -> None:
    assert {each.name for each in actions()} == set(ALL)


def requests_done() -> int:
    return ApprovalRequest.objects.filter(state__in=DONE).count()


def try_approving(who: User, key: str, request: ApprovalRequest) -> None:
    """On the page, over the API and by the service, right after step-up authentication."""
    digest = {"digest": request.digest}
    client = signed_in(who)
    confirm(client, who)
    client.post(reverse("approval_request_approve", args=[request.pk]), digest)
    assert call(key, "POST", f"/approvalRequests/approve/{request.pk}", digest)[0] in (403, 404)
    with pytest.raises((Forbidden, NotFound)):
        four_eyes.approve(in_browser(User.objects.get(pk=who.pk)), request.pk, request.digest)


def propose_everywhere(setup: Setup) -> list[str]:
    """Proposes the action by page, API and command in turn; returns the interfaces that accept it."""
    found = []
    who, key = setup.proposer.user, make_key(setup.proposer.user)
    for name in ("page", "api", "command"):
        ApprovalRequest.objects.filter(state="waiting").update(state="withdrawn")
        if name == "page" and setup.page:
            client = signed_in(who)
            confirm(client, who)
            client.post(*setup.page)
        elif name == "api" and setup.api:
            call(key, "POST", *setup.api)
        elif name == "command" and setup.command:
            named = () if "--as" in setup.command or setup.command[0] == "staff" else ("--user", who.email)
            for words in (setup.command, (*setup.command, *named)):
                assert CliRunner().invoke(commands, words).exit_code != 0, words
            assert not ApprovalRequest.objects.filter(state="waiting").exists()
        for request in ApprovalRequest.objects.filter(state="waiting"):
            found.append(name)
            try_approving(who, key, request)
    ApprovalRequest.objects.filter(state="waiting").update(state="withdrawn")
    return found


@pytest.mark.parametrize("name", sorted(ALL))
def test_one_person_cannot_carry_out_action(seed: Seed, name: str) -> None:
    setup = ALL[name](gather(seed))
    before, done = setup.state(), requests_done()
    proposing = propose_everywhere(setup)
    # Statement and terms are never waived, so page and API offer nothing to propose for such a member.
    assert proposing or name == "activate_with_open_items", "proposed by neither page nor API"
    assert (setup.state(), requests_done()) == (before, done)


def other_identities_of_proposer(seed: Seed, setup: Setup) -> list[Actor]:
    """The same person by key, job, console, or an account with the same mailbox."""
    user = User.objects.get(pk=setup.proposer.user.pk)
    name, _, domain = user.email.partition("@")
    twin = make_user(user.org, setup.second.role, f"{name}+2@{domain}", staff_roles=setup.second.staff_roles)
    console = console_actor(seed.hub.pk, "Hub", "root")
    return [
        at_screen(setup.proposer),
        in_browser(twin),
        actor_for(user, Credential.API_KEY),
        actor_for(setup.second, Credential.API_KEY),
        actor_for(setup.second, Credential.JOB),
        actor_for(setup.second, Credential.BROWSER),
        hub_actor(),
        console,
        in_the_name_of(console, setup.second),
    ]


@pytest.mark.parametrize("name", sorted(ALL))
def test_second_account_key_job_or_console_cannot_approve(seed: Seed, name: str) -> None:
    setup = ALL[name](gather(seed))
    request, before = proposed(setup, at_screen(setup.proposer)), setup.state()
    for who in other_identities_of_proposer(seed, setup):
        with pytest.raises((Forbidden, NotFound)):
            four_eyes.approve(who, request.pk, request.digest)
    limited = make_key(setup.second, allowed_ips=["127.0.0.1"])
    digest = {"digest": request.digest}
    assert call(limited, "POST", f"/approvalRequests/approve/{request.pk}", digest)[0] in (403, 404)
    User.objects.filter(pk=setup.second.pk).update(credentials_set_by_another_at=timezone.now())
    with pytest.raises(Forbidden):
        approved(setup.second, request)
    assert setup.state() == before
    User.objects.filter(pk=setup.second.pk).update(credentials_set_by_another_at=None)
    approved(setup.second, request)
    assert setup.state() != before, "the second person carries it out, so the attempts above were well formed"


@pytest.mark.parametrize("name", sorted(ALL))
def test_action_cannot_be_proposed_with_credentials_set_by_another(seed: Seed, name: str) -> None:
    """Nor at the console, nor as a job."""
    setup = ALL[name](gather(seed))
    before, user = setup.state(), User.objects.get(pk=setup.proposer.user.pk)
    console = console_actor(seed.hub.pk, "Hub", "root")
    for who in (console, in_the_name_of(console, user), hub_actor()):
        with pytest.raises(Forbidden):
            setup.propose(who)
    User.objects.filter(pk=user.pk).update(credentials_set_by_another_at=timezone.now())
    with pytest.raises(Forbidden):
        setup.propose(at_screen(setup.proposer))
    assert setup.state() == before
    assert not ApprovalRequest.objects.filter(state="waiting").exists()
