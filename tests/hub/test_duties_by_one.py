"""Nothing that takes two people is done by one: each action of the registry, tried by every way and trick there is."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from tests.api.calls import call
from tests.cast import Cast
from tests.factories import make_key, make_user
from tests.hub.content_access.scene import in_browser
from tests.hub.duties_scenes import SCENES, Scene, at_screen, gather, proposed
from tests.hub.review_scenes import REVIEWS
from tests.hub.ways_in_scenes import WAYS_IN
from tests.identity.two_people import approved
from tests.web.accounts import confirm, signed_in
from vardkase.cli.main import commands
from vardkase.core.errors import Forbidden, NotFound
from vardkase.identity.access.acting_for import in_the_name_of
from vardkase.identity.access.actor import Actor, actor_for, console_actor
from vardkase.identity.access.jobs import hub_actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.four_eyes import services as four_eyes
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.registry import actions
from vardkase.identity.accounts.models import User

ALL = SCENES | WAYS_IN | REVIEWS
DONE = ("approved", "alone")


@pytest.fixture(autouse=True)
def _quick(password_is_enough: None, settings: Any) -> None:
    """Who has just confirmed the password is who they are: second factors have stories of their own. Mail waits."""
    settings.BASE_URL, settings.VARDKASE_SMTP_HOST = "https://hub.example", "127.0.0.1"


def test_every_action_is_tried() -> None:
    """A new action that takes two people needs a scene."""
    assert {each.name for each in actions()} == set(ALL)


def requests_done() -> int:
    return ApprovalRequest.objects.filter(state__in=DONE).count()


def try_approving(who: User, key: str, request: ApprovalRequest) -> None:
    """On the page, over the API and by the service, as `who`, who has just confirmed who they are."""
    digest = {"digest": request.digest}
    client = signed_in(who)
    confirm(client, who)
    client.post(reverse("approval_request_approve", args=[request.pk]), digest)
    assert call(key, "POST", f"/approvalRequests/approve/{request.pk}", digest)[0] in (403, 404)
    with pytest.raises((Forbidden, NotFound)):
        four_eyes.approve(in_browser(User.objects.get(pk=who.pk)), request.pk, request.digest)


def by_every_way(scene: Scene) -> list[str]:
    """Ask for the action by page, API and command, one after the other; returns those that propose it."""
    found = []
    who, key = scene.proposer.user, make_key(scene.proposer.user)
    for name in ("page", "api", "command"):
        ApprovalRequest.objects.filter(state="waiting").update(state="withdrawn")
        if name == "page" and scene.page:
            client = signed_in(who)
            confirm(client, who)
            client.post(*scene.page)
        elif name == "api" and scene.api:
            call(key, "POST", *scene.api)
        elif name == "command" and scene.command:
            named = () if "--as" in scene.command or scene.command[0] == "staff" else ("--user", who.email)
            for words in (scene.command, (*scene.command, *named)):
                assert CliRunner().invoke(commands, words).exit_code != 0, words
            assert not ApprovalRequest.objects.filter(state="waiting").exists()
        for request in ApprovalRequest.objects.filter(state="waiting"):
            found.append(name)
            try_approving(who, key, request)
    ApprovalRequest.objects.filter(state="waiting").update(state="withdrawn")
    return found


@pytest.mark.parametrize("name", sorted(ALL))
def test_one_person_does_nothing_of_it_alone(cast: Cast, name: str) -> None:
    scene = ALL[name](gather(cast))
    before, done = scene.state(), requests_done()
    proposing = by_every_way(scene)
    # Statement and terms are never waived: by page and API there is nothing to propose of such a member.
    assert proposing or name == "activate_with_open_items", "by no page and no API: how is it proposed?"
    assert (scene.state(), requests_done()) == (before, done)


def others_of_the_proposer(cast: Cast, scene: Scene) -> list[Actor]:
    """The same person by other means: key, job, console, an account with the same mailbox."""
    user = User.objects.get(pk=scene.proposer.user.pk)
    name, _, domain = user.email.partition("@")
    twin = make_user(user.org, scene.second.role, f"{name}+2@{domain}", staff_roles=scene.second.staff_roles)
    console = console_actor(cast.hub.pk, "Hub", "root")
    return [
        at_screen(scene.proposer),
        in_browser(twin),
        actor_for(user, Credential.API_KEY),
        actor_for(scene.second, Credential.API_KEY),
        actor_for(scene.second, Credential.JOB),
        actor_for(scene.second, Credential.BROWSER),
        hub_actor(),
        console,
        in_the_name_of(console, scene.second),
    ]


@pytest.mark.parametrize("name", sorted(ALL))
def test_no_second_account_key_job_or_console_is_the_second_person(cast: Cast, name: str) -> None:
    scene = ALL[name](gather(cast))
    request, before = proposed(scene, at_screen(scene.proposer)), scene.state()
    for who in others_of_the_proposer(cast, scene):
        with pytest.raises((Forbidden, NotFound)):
            four_eyes.approve(who, request.pk, request.digest)
    limited = make_key(scene.second, allowed_ips=["127.0.0.1"])
    digest = {"digest": request.digest}
    assert call(limited, "POST", f"/approvalRequests/approve/{request.pk}", digest)[0] in (403, 404)
    User.objects.filter(pk=scene.second.pk).update(credentials_set_by_another_at=timezone.now())
    with pytest.raises(Forbidden):
        approved(scene.second, request)
    assert scene.state() == before
    User.objects.filter(pk=scene.second.pk).update(credentials_set_by_another_at=None)
    approved(scene.second, request)
    assert scene.state() != before, "the second person does it: what was tried above was the right thing"


@pytest.mark.parametrize("name", sorted(ALL))
def test_nobody_proposes_it_with_what_somebody_else_has_set(cast: Cast, name: str) -> None:
    """Nor at the console, nor as a job."""
    scene = ALL[name](gather(cast))
    before, user = scene.state(), User.objects.get(pk=scene.proposer.user.pk)
    console = console_actor(cast.hub.pk, "Hub", "root")
    for who in (console, in_the_name_of(console, user), hub_actor()):
        with pytest.raises(Forbidden):
            scene.propose(who)
    User.objects.filter(pk=user.pk).update(credentials_set_by_another_at=timezone.now())
    with pytest.raises(Forbidden):
        scene.propose(at_screen(scene.proposer))
    assert scene.state() == before
    assert not ApprovalRequest.objects.filter(state="waiting").exists()
