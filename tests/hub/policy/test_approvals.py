"""Publications that need a second person wait, and go out exactly as that person saw them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.api.calls import answer, call, send
from tests.factories import make_key, make_role, make_user
from tests.factories.knowledge import make_tag
from tests.factories.policies import RED, SECOND, in_force, is_out, made
from tests.factories.seed import SYNC_USER, ApiUser, Seed
from tests.support.refusals import problem_is
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.hub.policy.approvals.queries import waiting_for
from vardkase.hub.policy.approvals.rules import deciders
from vardkase.hub.policy.approvals.services import approve, expire_approvals, reject, withdraw
from vardkase.hub.policy.errors import PolicyForbids
from vardkase.hub.policy.models import ApprovalDecision, PublicationApproval
from vardkase.hub.policy.problems import PublicationApprovalProblem, RuleRefusal
from vardkase.identity.access.acting_for import in_the_name_of
from vardkase.identity.access.actor import Actor, StepUpRequired, actor_for, console_actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Event
from vardkase.intel.problems import EventProblem


@pytest.fixture
def event(seed: Seed) -> dict[str, Any]:
    """An event for the whole hub that the publisher has asked to publish."""
    make_tag("tlp:red")
    in_force(seed, RED, SECOND)
    event = made(seed.publisher.key)
    assert ask(seed.publisher, event)[0] == 202
    return event


def deciding(api_user: ApiUser) -> Actor:
    """The user on the pages, right after step-up authentication."""
    user = User.objects.get(pk=api_user.user.pk)
    return actor_for(user, Credential.BROWSER, confirmed_at=timezone.now())


def ask(api_user: ApiUser, event: dict[str, Any]) -> tuple[int, Any]:
    return call(api_user.key, "POST", f"/events/publish/{event['id']}")


def test_publication_waits_until_approved(seed: Seed, event: dict[str, Any]) -> None:
    status, body = ask(seed.publisher, event)
    request = PublicationApproval.objects.get()
    assert (status, body["approval_id"]) == (202, str(request.pk))
    assert "second person" in body["message"]
    assert not is_out(event)
    assert call(seed.stranger.key, "GET", f"/events/view/{event['id']}")[0] == 404
    assert waiting_for(seed.org_admin.actor) == [request]
    assert waiting_for(seed.publisher.actor) == waiting_for(seed.analyst.actor) == []
    assert approve(deciding(seed.org_admin), request.pk).state == ApprovalDecision.APPROVED
    assert is_out(event)
    assert call(seed.stranger.key, "GET", f"/events/view/{event['id']}")[0] == 200


def test_other_roles_cannot_approve(seed: Seed, event: dict[str, Any]) -> None:
    request, console = (
        PublicationApproval.objects.get(),
        console_actor(seed.org_a.pk, seed.org_a.name, "root"),
    )
    for api_user in (seed.publisher, seed.analyst, seed.reader):
        with pytest.raises(Forbidden):
            approve(deciding(api_user), request.pk)
    for api_user in (seed.stranger, seed.partner_sync, seed.site_admin):
        with pytest.raises(NotFound):
            approve(deciding(api_user), request.pk)
    with pytest.raises(Forbidden):
        approve(console, request.pk)
    with pytest.raises(Forbidden):  # Nor in the name of somebody who may.
        approve(in_the_name_of(console, seed.org_admin.user), request.pk)
    assert not is_out(event)


@pytest.mark.parametrize("way", ["key", "given password", "second account", "unconfirmed"])
def test_requester_cannot_approve_by_other_means(seed: Seed, event: dict[str, Any], way: str) -> None:
    """An administrator makes keys and sets passwords for colleagues, and may have a second account."""
    request, colleague = PublicationApproval.objects.get(), seed.org_admin.user
    if way == "key":
        assert call(seed.org_admin.key, "POST", f"/approvals/approve/{request.pk}")[0] == 403
    elif way == "given password":
        User.objects.filter(pk=colleague.pk).update(credentials_set_by_another_at=timezone.now())
    elif way == "second account":
        request.requester_name = colleague.email.replace("@", "+two@")
        request.save()
    actors = {
        "key": seed.org_admin.actor,
        "unconfirmed": actor_for(colleague, Credential.BROWSER),
    }
    with pytest.raises(StepUpRequired if way == "unconfirmed" else Forbidden):
        approve(actors.get(way, deciding(seed.org_admin)), request.pk)
    assert not is_out(event)


def test_event_changed_meanwhile_needs_new_request(seed: Seed, event: dict[str, Any]) -> None:
    """The editor could otherwise approve a change that the requester has not seen."""
    attribute = {"type": "domain", "value": "smuggled.example"}
    assert call(seed.org_admin.key, "POST", f"/attributes/add/{event['id']}", attribute)[0] == 200
    changed = approve(deciding(seed.org_admin), PublicationApproval.objects.get().pk)
    assert (changed.state, is_out(event)) == (ApprovalDecision.CHANGED, False)
    assert ask(seed.org_admin, event)[0] == 202
    request = PublicationApproval.objects.get(state=ApprovalDecision.WAITING)
    with pytest.raises(Forbidden):
        approve(deciding(seed.org_admin), request.pk)
    approve(deciding(seed.publisher), request.pk)
    assert is_out(event)


def test_approval_covers_one_version(seed: Seed, event: dict[str, Any]) -> None:
    approve(deciding(seed.org_admin), PublicationApproval.objects.get().pk)
    call(
        seed.publisher.key, "POST", f"/attributes/add/{event['id']}", {"type": "domain", "value": "b.example"}
    )
    assert ask(seed.publisher, event)[0] == 202
    assert ask(seed.org_admin, event)[0] == 202
    assert PublicationApproval.objects.get(state=ApprovalDecision.WAITING).requester == seed.publisher.user


@pytest.mark.parametrize("way", ["add", "edit"])
def test_document_that_publishes_is_stored_and_waits(seed: Seed, event: dict[str, Any], way: str) -> None:
    if way == "add":
        body = {
            "info": "x",
            "distribution": 1,
            "published": True,
            "Attribute": [{"type": "text", "value": "a"}],
        }
        response = send(seed.publisher.key, "POST", "/events/add", body)
        assert response.headers["X-Waits-For-Approval"] == "1"
        event = answer(response)["Event"]
    else:
        change = {"published": True, "info": "changed"}
        assert call(seed.publisher.key, "POST", f"/events/edit/{event['id']}", change)[0] == 200
    assert not is_out(event)
    assert (
        PublicationApproval.objects.filter(event_id=event["id"], state=ApprovalDecision.WAITING).count() == 1
    )


def pushed(key: str, creator: Organisation, **more: Any) -> dict[str, Any]:
    """An event by `creator`, sent by a synchronisation user."""
    body = {
        "info": "x",
        "distribution": 1,
        "published": True,
        "Orgc": {"uuid": str(creator.uuid), "name": creator.name},
        "Attribute": [{"type": "domain", "value": "a.example"}],
        **more,
    }
    status, answered = call(key, "POST", "/events/add", body)
    assert status == 200, answered
    return dict(answered["Event"])


def test_naming_another_creator_does_not_bypass_approval(seed: Seed) -> None:
    """Neither for events the organisation owns here, locked or not, nor for its own events that another owns
    here.
    """
    in_force(seed, SECOND)
    machine = make_user(seed.org_a, make_role("Sync user", SYNC_USER), "sync@a.example")
    key = make_key(machine)
    stranger = Organisation.objects.create(uuid=uuid4(), name="Somebody far away")
    for locked in (False, True):
        theirs = pushed(key, stranger, locked=locked)
        assert not is_out(theirs)
        request = PublicationApproval.objects.get(event_id=theirs["id"])
        change = {"info": "changed", "published": True, "timestamp": str(int(theirs["timestamp"]) + 60)}
        if locked:
            assert call(key, "POST", f"/events/edit/{theirs['uuid']}", change)[0] == 200
            assert not is_out(theirs)
            request = PublicationApproval.objects.get(event_id=theirs["id"], state=ApprovalDecision.WAITING)
        for api_user in (seed.analyst, seed.stranger):
            with pytest.raises((Forbidden, NotFound)):
                approve(deciding(api_user), request.pk)
        approve(deciding(seed.org_admin), request.pk)
        assert is_out(theirs)
    ours = pushed(seed.partner_sync.key, seed.org_b)
    assert is_out(ours)
    # A's own event that B once sent here, before organisations could only speak for themselves.
    Event.objects.filter(pk=ours["id"]).update(orgc=seed.org_a)
    assert call(seed.publisher.key, "POST", f"/events/edit/{ours['id']}", {"info": "changed"})[0] == 200
    assert ask(seed.publisher, ours)[0] == 202
    assert not is_out(ours)
    approve(deciding(seed.org_admin), PublicationApproval.objects.get(event_id=ours["id"]).pk)
    assert is_out(ours)


def test_policy_changed_after_request_still_applies(seed: Seed, event: dict[str, Any]) -> None:
    request = PublicationApproval.objects.get()
    in_force(seed, RED | {"tags": [], "types": ["domain"]}, SECOND)
    with pytest.raises(PolicyForbids) as refused:
        approve(deciding(seed.org_admin), request.pk)
    assert refused.value.has(RuleRefusal.OWN)
    assert refused.value.met.number == 1
    assert not is_out(event)


def test_rejection_requires_reason(seed: Seed, event: dict[str, Any]) -> None:
    request = PublicationApproval.objects.get()
    with pytest.raises(Invalid):
        reject(seed.org_admin.actor, request.pk, " ")
    rejected = reject(seed.org_admin.actor, request.pk, "Ask the victim first")
    assert (rejected.state, rejected.reason) == (ApprovalDecision.REJECTED, "Ask the victim first")
    with pytest.raises(Conflict):
        approve(deciding(seed.org_admin), request.pk)
    assert not is_out(event)


def test_requester_may_withdraw_and_request_expires(seed: Seed, event: dict[str, Any]) -> None:
    request = PublicationApproval.objects.get()
    with pytest.raises(Forbidden):
        withdraw(seed.org_admin.actor, request.pk)
    assert withdraw(seed.publisher.actor, request.pk).state == ApprovalDecision.WITHDRAWN
    ask(seed.publisher, event)
    waiting = PublicationApproval.objects.filter(state=ApprovalDecision.WAITING)
    waiting.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Conflict) as refused:
        approve(deciding(seed.org_admin), waiting.get().pk)
    assert refused.value.has(PublicationApprovalProblem.EXPIRED)
    assert (expire_approvals(), waiting.count()) == (1, 0)


def test_deleting_event_withdraws_request(seed: Seed, event: dict[str, Any]) -> None:
    assert call(seed.publisher.key, "POST", f"/events/delete/{event['id']}")[0] == 200
    assert PublicationApproval.objects.get().state == ApprovalDecision.WITHDRAWN


def test_misp_creator_setting_applies_too(seed: Seed, event: dict[str, Any]) -> None:
    """With MISP's setting the creator may request publication but not approve it."""
    setting = "MISP.block_publishing_for_same_creator"
    call(seed.site_admin.key, "POST", f"/servers/serverSettingsEdit/{setting}", {"value": True})
    theirs = made(seed.org_admin.key)
    assert ask(seed.org_admin, theirs)[0] == 202
    withdraw(seed.org_admin.actor, PublicationApproval.objects.get(event_id=theirs["id"]).pk)
    assert ask(seed.publisher, theirs)[0] == 202
    request = PublicationApproval.objects.get(event_id=theirs["id"], state=ApprovalDecision.WAITING)
    with pytest.raises(Forbidden, check=problem_is(EventProblem.PUBLISHER_IS_CREATOR)):
        approve(deciding(seed.org_admin), request.pk)


def test_reader_without_access_neither_sees_nor_decides_request(seed: Seed, event: dict[str, Any]) -> None:
    request = PublicationApproval.objects.get()
    User.objects.filter(pk=seed.org_admin.user.pk).update(staff_roles=["operator"])
    assert call(seed.org_admin.key, "GET", "/approvals/index")[1] == []
    for path, refused in (("view", 404), ("approve", 403)):  # Operators have no permission to publish.
        assert call(seed.org_admin.key, "POST", f"/approvals/{path}/{request.pk}")[0] == refused
    assert seed.org_admin.user not in deciders(request)
    assert not is_out(event)
