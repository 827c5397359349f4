"""What became of a proposal: on the event, on the owner's list, and for those who proposed, at once."""

from __future__ import annotations

import re

import pytest
from django.conf import LazySettings
from django.utils import timezone

from tests.factories.content_access import operator_of
from tests.factories.event_page import Setup, make_setup, text_of, visitor
from tests.factories.seed import Seed
from tests.support.mail_server import use
from tests.support.ports import free_port
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.notifications.models import Notification
from vardkase.intel.editing.deletion import delete_attribute
from vardkase.intel.hooks import EventOwnerChanged
from vardkase.intel.models import Attribute, Event
from vardkase.intel.proposals.decisions import forget_former_owner
from vardkase.intel.proposals.models import Proposal, ProposalDecision
from vardkase.intel.proposals.services import propose_attribute, propose_change, propose_deletion

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def setup(seed: Seed) -> Setup:
    setup = make_setup(seed)
    # Not changed in the second in which something is proposed.
    Attribute.objects.filter(event=setup.event).update(timestamp=1)
    Event.objects.filter(pk=setup.event.pk).update(published=True, publish_timestamp=1)
    return setup


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", page).split()).replace("[.]", ".")


def decided(setup: Setup) -> str:
    return f"/event/{setup.event.pk}/proposals/?show=decided"


def test_decided_proposals_say_how(seed: Seed, setup: Setup) -> None:
    event, partner, owner = setup.event, visitor(seed.partner), visitor(seed.analyst)
    login, address = setup.attribute("login.example"), setup.attribute("198.51.100.23")
    change = propose_change(seed.partner.actor, login.pk, {"value": "logon.example", "comment": "renamed"})
    deletion = propose_deletion(seed.partner.actor, address.pk)
    refused = propose_attribute(seed.partner.actor, event.pk, {"type": "domain", "value": "no.example"})
    at = f"/event/{event.pk}/proposals/"

    said = text_of(
        visitor(seed.org_admin).post(
            f"{at}{change.pk}/accept-fields/", {f"field-{change.pk}": "value"}, follow=True
        )
    )
    assert f'href="/event/{event.pk}/publish/">Publish changes</a>' in said
    owner.post(f"{at}{deletion.pk}/accept/")
    owner.post(f"{at}{refused.pk}/discard/", {"to_list": "1"})
    assert ProposalDecision.objects.count() == 3

    page = plain(text_of(owner.get(decided(setup))))
    assert "Accepted in part" in page
    assert f"Organisation A ( {seed.analyst.user.email} )" in page or seed.analyst.user.email in page
    assert "login.example → logon.example" in page
    assert "Comment Not accepted" in page
    assert "Discarded" in page

    Event.objects.filter(pk=event.pk).update(published=True)
    mine = plain(text_of(partner.get("/proposals/?show=made")))
    assert "Accepted in part" in mine
    assert "login.example → logon.example" in mine
    assert "198.51.100.23" in mine  # Its attribute is deleted, and the partner proposed that.
    assert seed.analyst.user.email not in mine
    assert "198.51.100.23" not in plain(text_of(visitor(seed.stranger).get(decided(setup))))
    only = plain(text_of(partner.get("/proposals/?show=made&state=discarded")))
    assert "no.example" in only
    assert "logon" not in only
    assert "No proposals match the filters" in text_of(partner.get("/proposals/?show=made&state=withdrawn"))
    assert "no.example" in plain(text_of(owner.get("/proposals/?state=decided")))


def test_own_proposals_stay_while_what_they_are_about_is_closed(seed: Seed, setup: Setup) -> None:
    event, partner, owner = setup.event, visitor(seed.partner), visitor(seed.analyst)
    login = setup.attribute("login.example")
    change = propose_change(seed.partner.actor, login.pk, {"value": "logon.example"})
    refused = propose_attribute(seed.partner.actor, event.pk, {"type": "domain", "value": "no.example"})
    waiting = propose_deletion(seed.partner.actor, setup.attribute("198.51.100.23").pk)
    at = f"/event/{event.pk}/proposals/"
    owner.post(f"{at}{change.pk}/accept/")
    owner.post(f"{at}{refused.pk}/discard/")
    Event.objects.filter(pk=event.pk).update(published=False, distribution=0, info="Renamed since")
    Attribute.objects.filter(pk=login.pk).update(value1="secret.example", comment="Only for us")
    assert partner.get(f"/event/{event.pk}/").status_code == 404

    made = text_of(partner.get("/proposals/?show=made"))
    words = plain(made)
    for shown in ("Accepted", "Discarded", "logon.example", "no.example", f"Event {event.pk},"):
        assert shown in words
    assert words.count("Your organisation cannot read what the proposal concerns at the moment.") == 3
    # Nothing of what is closed, and no way there.
    for hidden in ("Renamed since", "secret.example", "Only for us", "login.example", f"/event/{event.pk}/"):
        assert hidden not in made
    assert "Withdraw<" not in made
    assert partner.post(f"{at}{waiting.pk}/discard/").status_code == 404
    assert "logon.example" in plain(text_of(partner.get("/proposals/?show=made&state=accepted")))
    # Neither others, nor readers with a grant of content access.
    for person in (seed.stranger, operator_of(seed)):
        answer = visitor(person).get("/proposals/?show=made")
        assert "example" not in plain(text_of(answer)).replace(person.user.email, "")
    assert "logon" not in text_of(partner.get("/proposals/"))

    forget_former_owner(EventOwnerChanged(event.pk, event.uuid, seed.org_a.pk))
    assert not ProposalDecision.objects.exclude(org=None, user=None, before__isnull=True).exists()


def test_what_the_value_was_is_for_those_who_knew_it(seed: Seed, setup: Setup) -> None:
    login = setup.attribute("login.example")
    change = propose_change(seed.partner.actor, login.pk, {"comment": "renamed"})
    # Its owner edits it before it decides, and once more before it publishes.
    Attribute.objects.filter(pk=login.pk).update(value1="secret.example", timestamp=change.timestamp + 1)
    visitor(seed.analyst).post(f"/event/{setup.event.pk}/proposals/{change.pk}/discard/")
    Attribute.objects.filter(pk=login.pk).update(value1="login.example", comment="seen")
    assert "secret" in plain(text_of(visitor(seed.analyst).get(decided(setup))))
    assert "secret" not in plain(text_of(visitor(seed.partner).get(decided(setup))))
    assert "secret" not in plain(text_of(visitor(seed.stranger).get(decided(setup))))
    delete_attribute(seed.analyst.actor, login.pk)
    assert "renamed" in plain(text_of(visitor(seed.partner).get(decided(setup))))


def test_discarded_proposal_is_opened_again(seed: Seed, setup: Setup) -> None:
    event, owner = setup.event, visitor(seed.analyst)
    made = propose_attribute(seed.partner.actor, event.pk, {"type": "domain", "value": "new.example"})
    at = f"/event/{event.pk}/proposals/"
    said = text_of(owner.post(f"{at}{made.pk}/discard/", follow=True))
    assert f'action="{at}reopen/"' in said
    assert Notification.objects.filter(user=seed.partner.user).count() == 1
    decided_at = Proposal.objects.get(pk=made.pk).timestamp
    for other in (seed.partner, seed.stranger, seed.org_admin):
        refused = text_of(visitor(other).post(f"{at}reopen/", {"pk": made.pk}, follow=True))
        assert "can no longer be opened again" in refused
    assert visitor(seed.reader).post(f"{at}reopen/", {"pk": made.pk}).status_code == 403
    assert "Open again" in text_of(owner.get(decided(setup)))
    for other in (seed.partner, seed.org_admin, seed.reader):
        assert "Open again" not in text_of(visitor(other).get(decided(setup)))
    assert "1 proposal is open again." in text_of(owner.post(f"{at}reopen/", {"pk": made.pk}, follow=True))
    again = Proposal.objects.get(pk=made.pk)
    assert not again.deleted
    assert again.timestamp > decided_at
    assert not ProposalDecision.objects.exists()
    assert not Notification.objects.filter(user=seed.partner.user).exists()
    owner.post(f"{at}{made.pk}/accept/")
    assert "can no longer be opened again" in text_of(
        owner.post(f"{at}reopen/", {"pk": made.pk}, follow=True)
    )


def undone(page: str) -> dict[str, list[str]]:
    """The fields of the message's button."""
    form = page.partition('<form class="undo"')[2].partition("</form>")[0]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(pk|point|to_list)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value)
    return fields


def test_accepted_proposals_are_opened_again(seed: Seed, setup: Setup) -> None:
    event, owner = setup.event, visitor(seed.org_admin)
    login, address = setup.attribute("login.example"), setup.attribute("198.51.100.23")
    change = propose_change(seed.partner.actor, login.pk, {"value": "logon.example", "comment": "renamed"})
    deletion = propose_deletion(seed.partner.actor, address.pk)
    new = propose_attribute(seed.partner.actor, event.pk, {"type": "domain", "value": "new.example"})
    at = f"/event/{event.pk}/proposals/"
    everything = {"pk": [change.pk, deletion.pk, new.pk], "to_list": "1"}
    before = Attribute.objects.get(pk=login.pk)

    said = text_of(owner.post(f"{at}accept/", everything, follow=True))
    assert "Publish changes</a>" in said
    fields = undone(said)
    assert set(fields["pk"]) == {str(pk) for pk in everything["pk"]}
    assert setup.attribute("new.example").uuid == new.uuid
    assert Notification.objects.filter(user=seed.partner.user).count() == 1
    # Nobody else, and nothing else that the same person has done.
    for other in (seed.partner, seed.stranger, seed.analyst):
        assert "no longer" in text_of(visitor(other).post(f"{at}reopen/", fields, follow=True))
    for wrong in ({**fields, "pk": fields["pk"][:1]}, {**fields, "point": "0"}, {"pk": fields["pk"]}):
        assert "no longer" in text_of(owner.post(f"{at}reopen/", wrong, follow=True))
    assert not Proposal.objects.filter(deleted=False).exists()

    assert "3 proposals are open again." in text_of(owner.post(f"{at}reopen/", fields, follow=True))
    again = Attribute.objects.get(pk=login.pk)
    assert (again.value, again.comment) == (before.value, before.comment)
    assert not Attribute.objects.get(pk=address.pk).deleted
    assert Attribute.objects.get(uuid=new.uuid).deleted
    assert Proposal.objects.filter(deleted=False).count() == 3
    assert not ProposalDecision.objects.exists()
    assert not Notification.objects.filter(user=seed.partner.user).exists()

    # All of it can be accepted once more, a part of one as well, and what was added is what it was.
    part = {f"field-{change.pk}": "comment"}
    fields = undone(text_of(owner.post(f"{at}{change.pk}/accept-fields/", part, follow=True)))
    assert Attribute.objects.get(pk=login.pk).comment == "renamed"
    owner.post(f"{at}reopen/", fields)
    assert Attribute.objects.get(pk=login.pk).comment == before.comment
    owner.post(f"{at}accept/", everything)
    assert Attribute.objects.filter(uuid=new.uuid, deleted=False, value1="new.example").count() == 1

    # It can be done from the list too, for as long, and by the same person alone.
    words = "Undo and open again the 3 that were accepted together"
    assert text_of(owner.get("/proposals/?state=decided")).count(words) == 3
    assert Proposal.objects.get(pk=change.pk).proposed_at == change.timestamp
    for other in (seed.partner, seed.stranger, seed.analyst):
        assert words not in text_of(visitor(other).get(decided(setup)))
        refused = visitor(other).post(f"{at}reopen/", {"accepted": change.pk}, follow=True)
        assert "no longer" in text_of(refused)
    assert "no longer" in text_of(owner.post(f"{at}reopen/", {"accepted": "0"}, follow=True))
    once_more = text_of(owner.post(f"{at}reopen/", {"accepted": change.pk, "to_list": "1"}, follow=True))
    assert "3 proposals are open again." in once_more
    assert Attribute.objects.get(pk=login.pk).comment == before.comment
    assert Proposal.objects.get(pk=change.pk).proposed_at == change.timestamp


def test_acceptance_stays_if_what_it_changed_was_edited_since(seed: Seed, setup: Setup) -> None:
    event, owner = setup.event, visitor(seed.org_admin)
    login = setup.attribute("login.example")
    change = propose_change(seed.partner.actor, login.pk, {"comment": "renamed"})
    at = f"/event/{event.pk}/proposals/"
    fields = undone(text_of(owner.post(f"{at}{change.pk}/accept/", follow=True)))
    Attribute.objects.filter(pk=login.pk).update(comment="edited since")
    assert "changed since" in text_of(owner.post(f"{at}reopen/", fields, follow=True))
    assert Attribute.objects.get(pk=login.pk).comment == "edited since"
    assert Proposal.objects.get(pk=change.pk).deleted


def test_proposer_learns_of_it_before_the_event_is_published_again(
    seed: Seed, setup: Setup, settings: LazySettings
) -> None:
    settings.VARDKASE_UNPUBLISHED_PRIVATE = True
    event, partner, owner = setup.event, visitor(seed.partner), visitor(seed.analyst)
    seed.partner.user.contactalert = True
    seed.partner.user.save()
    at = f"/event/{event.pk}/proposals/"
    first = propose_attribute(seed.partner.actor, event.pk, {"type": "domain", "value": "new.example"})
    second = propose_attribute(seed.partner.actor, event.pk, {"type": "domain", "value": "two.example"})
    OutgoingMail.objects.all().delete()
    use(settings, free_port())
    owner.post(f"{at}{first.pk}/accept/")
    owner.post(f"{at}{second.pk}/accept/")
    mail = OutgoingMail.objects.get(recipient=seed.partner.user.email)
    assert str(event.pk) in mail.subject
    assert "The owner is changing this event" in text_of(partner.get(f"/event/{event.pk}/"))
    Event.objects.filter(pk=event.pk).update(info="Not for others yet")
    shown = plain(text_of(partner.get("/notifications/")))
    assert "2 of your proposals were accepted" in shown
    assert "two.example, new.example" in shown
    assert "While its owner is changing it, you can read the last published version." in shown
    assert "Not for others yet" not in shown
    row = Notification.objects.get(user=seed.partner.user)
    assert partner.get(f"/notifications/{row.pk}/")["Location"] == "/proposals/?show=made"
    # One that they could not read even then is not spoken of.
    Event.objects.filter(pk=event.pk).update(published=True)
    third = propose_attribute(seed.partner.actor, event.pk, {"type": "domain", "value": "three.example"})
    Notification.objects.filter(user=seed.partner.user).update(read_at=timezone.now())
    OutgoingMail.objects.all().delete()
    Event.objects.filter(pk=event.pk).update(distribution=0)
    owner.post(f"{at}{third.pk}/accept/")
    assert not OutgoingMail.objects.filter(recipient=seed.partner.user.email).exists()
    assert "of your proposals" not in text_of(partner.get("/notifications/?show=all"))
    Event.objects.filter(pk=event.pk).update(distribution=1, withheld=True)
    assert "of your proposals" not in text_of(partner.get("/notifications/?show=all"))
