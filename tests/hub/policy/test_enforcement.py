"""A policy blocks what it forbids on every way out, and each refusal names the rule."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.api.calls import call
from tests.factories.knowledge import make_tags
from tests.factories.policies import IBAN, MARKED, RED, SECOND, in_force, is_out, made
from tests.factories.seed import Seed
from vardkase.exchange.own_feeds.content import FeedContent, chosen, listed, reach_of
from vardkase.exchange.streams.models import Stream
from vardkase.hub.policy.models import PolicyVersion, PublicationApproval
from vardkase.hub.policy.services import end_policy
from vardkase.hub.training.services import mark_trained
from vardkase.identity.access.job_actors import reading_actor
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.problems import AttributionProblem
from vardkase.intel.models import Event

REFUSED = (
    "Rule 1 of your organisation’s MISP policy, “TLP:RED stays in a sharing group”, does "
    "not allow this: what is tagged tlp:red would be shared with everyone on this hub."
)


@pytest.fixture(autouse=True)
def tags(seed: Seed) -> None:
    make_tags(*("tlp:red", "tlp:green", "tlp:amber"))


@pytest.mark.parametrize("action", ["publish", "alert"])
def test_refusal_names_rule_number_and_title(seed: Seed, action: str) -> None:
    in_force(seed, RED, MARKED)
    event = made(seed.publisher.key, "tlp:red")
    status, body = call(seed.publisher.key, "POST", f"/events/{action}/{event['id']}")
    assert (status, body["message"]) == (405, REFUSED)
    assert not is_out(event)


def test_forbidden_published_event_is_not_stored(seed: Seed) -> None:
    in_force(seed, RED)
    body = {
        "info": "red",
        "distribution": 1,
        "published": True,
        "Attribute": [{"type": "domain", "value": "a.example", "Tag": [{"name": "tlp:red"}]}],
    }
    status, answer = call(seed.publisher.key, "POST", "/events/add", body)
    assert (status, answer["message"]) == (403, REFUSED)
    assert not Event.objects.filter(info="red").exists()


def test_forbidden_edit_that_publishes_changes_nothing(seed: Seed) -> None:
    in_force(seed, RED)
    event = made(seed.publisher.key, "tlp:green", published=True)
    assert is_out(event)
    change = {"info": "other", "published": True, "Tag": [{"name": "tlp:red"}]}
    status, answer = call(seed.publisher.key, "POST", f"/events/edit/{event['id']}", change)
    assert (status, answer["message"]) == (403, REFUSED)
    stored = Event.objects.get(pk=event["id"])
    assert (stored.info, stored.published) == ("a phish", True)


def test_edit_of_published_event_hides_it_until_allowed(seed: Seed) -> None:
    """Removing the TLP tag, widening an attribute, pasting values, editing many: each unpublishes the event."""
    in_force(seed, MARKED, IBAN)
    event = made(seed.publisher.key, "tlp:green", published=True)
    uuid, number = event["uuid"], event["id"]
    attribute = event["Attribute"][0]["id"]

    def seen() -> bool:
        return call(seed.stranger.key, "GET", f"/events/view/{number}")[0] == 200

    ways: list[tuple[str, Any]] = [
        ("/tags/removeTagFromObject", {"uuid": uuid, "tag": "tlp:green"}),
        (f"/attributes/edit/{attribute}", {"distribution": "3"}),
        (f"/attributes/editSelected/{number}", {"attribute_ids": [attribute], "comment": "x"}),
        (f"/events/freeTextImport/{number}", {"value": "b.example"}),
        (
            f"/attributes/add/{number}",
            {"type": "iban", "value": "SE4550000000058398257466", "distribution": 3},
        ),
    ]
    for path, body in ways:
        assert seen()
        status, answer = call(seed.publisher.key, "POST", path, body)
        assert status == 200, (path, answer)
        assert not is_out(event), path
        assert not seen(), path
        assert call(seed.stranger.key, "POST", "/events/restSearch", {"uuid": uuid})[1]["response"] == []
        assert call(seed.publisher.key, "GET", f"/events/view/{number}")[0] == 200
        call(seed.publisher.key, "POST", "/tags/attachTagToObject", {"uuid": uuid, "tag": "tlp:green"})
        last = call(seed.publisher.key, "POST", f"/events/publish/{number}")
    assert last[0] == 405
    assert "Rule 2" in last[1]["message"]
    assert "1 value of type iban would be shared with everyone on this hub." in last[1]["message"]


def test_pushed_event_is_under_senders_policy(seed: Seed) -> None:
    """B's MISP pushes with B's user: what B passes on. B cannot speak for A."""
    in_force(seed, RED)
    stranger = Organisation.objects.create(uuid=uuid4(), name="Somebody far away")
    rules = PolicyVersion.objects.get().rules
    for creator, theirs in ((seed.org_a, False), (stranger, False), (stranger, True)):
        if theirs:
            PolicyVersion.objects.create(
                organisation=seed.org_b, number=1, state="in_force", rules=rules, written_at=timezone.now()
            )
        document = {
            "info": "pushed",
            "distribution": 1,
            "published": True,
            "locked": True,
            "Orgc": {"uuid": str(creator.uuid), "name": creator.name},
            "Attribute": [{"type": "domain", "value": "a.example"}],
            "Tag": [{"name": "tlp:red"}],
        }
        status, answer = call(seed.partner_sync.key, "POST", "/events/add", document)
        if creator == seed.org_a:
            assert status == 403
            assert answer["errors"]["Event"]["Orgc"] == [AttributionProblem.NOT_THE_SENDER().wire]
        else:
            assert (status, answer.get("message")) == ((403, REFUSED) if theirs else (200, None))


def test_event_for_named_group_is_allowed(seed: Seed) -> None:
    in_force(seed, RED | {"groups": [str(seed.group.uuid)]})
    event = made(seed.publisher.key, "tlp:red", distribution=4, sharing_group_id=seed.group.pk)
    assert call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")[0] == 200
    assert is_out(event)


def test_event_for_other_group_is_refused(seed: Seed) -> None:
    in_force(seed, RED | {"groups": ["11111111-1111-4111-8111-111111111111"]})
    event = made(seed.publisher.key, "tlp:red", distribution=4, sharing_group_id=seed.group.pk)
    assert call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")[0] == 405


def test_value_for_own_organisation_does_not_block_event(seed: Seed) -> None:
    """Its distribution keeps it in; once deleted it would still be sent to synchronising instances."""
    in_force(seed, IBAN)
    iban = {"type": "iban", "value": "SE4550000000058398257466"}
    event = made(
        seed.publisher.key, Attribute=[iban | {"distribution": 0}, {"type": "domain", "value": "a.example"}]
    )
    assert call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")[0] == 200
    event = made(seed.publisher.key, Attribute=[iban, {"type": "domain", "value": "a.example"}])
    call(seed.publisher.key, "POST", f"/attributes/delete/{event['Attribute'][0]['id']}")
    assert call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")[0] == 405


def test_personal_data_requires_stated_necessity(seed: Seed) -> None:
    in_force(seed, IBAN | {"handling": "necessity"})
    event = made(seed.publisher.key, Attribute=[{"type": "iban", "value": "SE4550000000058398257466"}])
    refused = call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")[1]["message"]
    assert refused.endswith("1 value of type iban has no comment explaining why it is needed.")
    change = {"comment": "Receives what the fraud yields"}
    call(seed.publisher.key, "POST", f"/attributes/edit/{event['Attribute'][0]['id']}", change)
    assert call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")[0] == 200


def test_creating_and_publishing_by_role_and_training(seed: Seed) -> None:
    who = {"kind": "who", "title": {"sv": "Vem", "en": "Who"}}
    in_force(
        seed,
        who | {"action": "create", "roles": ["Publisher"], "users": [seed.colleague.user.email.upper()]},
        who | {"action": "publish", "module": "MISP for publishers"},
    )
    made(seed.colleague.key)
    status, answer = call(seed.analyst.key, "POST", "/events/add", {"info": "x"})
    assert (status, answer["message"].split(": ")[1]) == (
        403,
        "you are not among those who may create events.",
    )
    event = made(seed.publisher.key)
    status, answer = call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")
    assert status == 405
    assert (
        "the training “MISP for publishers” must be completed first. Your organisation’s administrator"
        in answer["message"]
    )
    assert call(seed.site_admin.key, "POST", f"/events/publish/{event['id']}")[0] == 405
    mark_trained(seed.org_admin.actor, seed.publisher.user.email, "misp for publishers")
    assert call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")[0] == 200


def test_new_event_gets_policy_defaults(seed: Seed) -> None:
    title = {"sv": "Utgångsläge", "en": "To begin with"}
    group = str(seed.group.uuid)
    in_force(
        seed,
        {"kind": "defaults", "title": title, "tags": ["tlp:amber"], "reach": "sharing_group", "group": group},
    )
    event = call(seed.analyst.key, "POST", "/events/add", {"info": "x"})[1]["Event"]
    assert (event["distribution"], event["sharing_group_id"]) == ("4", str(seed.group.pk))
    assert [tag["name"] for tag in event["Tag"]] == ["tlp:amber"]
    assert made(seed.analyst.key)["distribution"] == "1"


def test_policy_applies_to_delegation(seed: Seed) -> None:
    in_force(seed, RED | {"reach": "organisation"}, SECOND)
    call(seed.site_admin.key, "POST", "/servers/serverSettingsEdit/MISP.delegation", {"value": True})
    for tag, distribution, refused in (
        ("tlp:red", -1, "would be shared with a sharing group or another organisation."),
        ("tlp:green", 3, "Rule 2"),
        ("tlp:green", -1, ""),
    ):
        event = made(seed.publisher.key, tag, distribution=0)
        body = {"EventDelegation": {"org_id": seed.org_b.pk, "distribution": distribution, "message": ""}}
        status, answer = call(
            seed.publisher.key, "POST", f"/eventDelegations/delegateEvent/{event['id']}", body
        )
        assert (status != 200) == bool(refused), answer
        assert refused in str(answer)


def test_policy_applies_to_manual_stream_push(seed: Seed) -> None:
    in_force(seed, RED, SECOND)
    Stream.objects.create(name="zmq", kind="zeromq", enabled=True, org=None)
    for tag, said in (
        ("tlp:red", REFUSED),
        ("tlp:green", "Someone else must approve its publication first."),
    ):
        event = made(seed.publisher.key, tag)
        status, answer = call(seed.publisher.key, "POST", f"/events/pushEventToZMQ/{event['id']}")
        assert (status, answer["message"]) == (403, said)
    assert not PublicationApproval.objects.exists()
    own = made(seed.publisher.key, "tlp:red", distribution=0)
    assert call(seed.publisher.key, "POST", f"/events/pushEventToZMQ/{own['id']}")[0] == 200


def test_forbidden_change_removes_event_from_own_feeds(seed: Seed) -> None:
    in_force(seed, IBAN)
    event = made(seed.publisher.key, published=True)
    iban = {"type": "iban", "value": "SE4550000000058398257466"}
    reader = reading_actor(seed.org_c.pk, "feed")
    content = FeedContent(distributions=(1, 2, 3))

    def held() -> set[str]:
        return set(listed(reader, chosen(reader, content), reach_of(reader, content)))

    assert held() == {event["uuid"]}
    assert call(seed.publisher.key, "POST", f"/attributes/add/{event['id']}", iban)[0] == 200
    assert held() == set()


def test_ended_policy_has_no_effect(seed: Seed) -> None:
    in_force(seed, RED | {"tags": ["tlp:green"]})
    event = made(seed.publisher.key, "tlp:green")
    assert call(seed.stranger.key, "GET", f"/events/view/{event['id']}")[0] == 404
    end_policy(seed.org_admin.actor)
    assert call(seed.stranger.key, "GET", f"/events/view/{event['id']}")[0] == 200
    assert call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")[0] == 200
