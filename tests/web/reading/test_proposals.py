"""Proposals on the pages: others make them, everybody who reads the event sees them, its owner decides."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.factories.content_access import operator_of
from tests.factories.event_page import HIDDEN, Setup, bytes_of, make_setup, text_of, visitor
from tests.factories.seed import Seed
from tests.support.mail_server import use
from tests.support.ports import free_port
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.editing.deletion import delete_attribute
from vardkase.intel.models import Attribute, Event
from vardkase.intel.proposals.models import Proposal, ProposalComment
from vardkase.intel.proposals.services import (
    accept_proposals,
    discard_proposal,
    propose_attribute,
    propose_change,
    propose_deletion,
)
from vardkase.intel.queries.version_tokens import attribute_mark
from vardkase.intel.services.optimistic_edit import accept_with_changes

pytestmark = pytest.mark.usefixtures("password_is_enough")

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.fixture
def attribute(setup: Setup) -> Attribute:
    return setup.attribute("login.example")


def fields(**changed: str) -> dict[str, str]:
    return {"type": "domain", "category": "", "value": "new.example", "to_ids": "1", "comment": "", **changed}


def of_event(setup: Setup, rest: str = "") -> str:
    return f"/event/{setup.event.pk}/proposals/{rest}"


def of_attribute(attribute: Attribute, rest: str) -> str:
    return f"/event/{attribute.event_id}/attribute/{attribute.pk}/{rest}/"


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", page).split())


def make_proposals(seed: Seed, setup: Setup) -> list[Proposal]:
    """Of a partner: a new attribute, a change and a deletion."""
    actor = seed.partner.actor
    return [
        propose_attribute(actor, setup.event.pk, {"type": "domain", "value": "new.example"}),
        propose_change(actor, setup.attribute("login.example").pk, {"value": "logon.example"}),
        propose_deletion(actor, setup.attribute("198.51.100.23").pk),
    ]


def test_partner_proposes_and_the_owner_accepts(seed: Seed, setup: Setup, attribute: Attribute) -> None:
    partner, owner = visitor(seed.partner), visitor(seed.analyst)
    table = text_of(partner.get(f"/event/{setup.event.pk}/"))
    assert of_event(setup, "new/") in table
    assert of_attribute(attribute, "propose") in table
    assert partner.get(of_attribute(attribute, "edit")).status_code == 403

    partner.post(of_event(setup, "new/"), fields(comment=SCRIPT))
    partner.post(
        of_attribute(attribute, "propose"), fields(value="logon.example", category="Network activity")
    )
    assert text_of(partner.get(of_attribute(attribute, "propose-deletion")))
    partner.post(of_attribute(setup.attribute("198.51.100.23"), "propose-deletion"))
    new, change, deletion = Proposal.objects.order_by("pk")
    assert (change.attribute_id, deletion.to_delete, new.org_id) == (attribute.pk, True, seed.org_b.pk)

    assert "Proposals on our events" in text_of(owner.get("/"))
    assert f'href="{of_event(setup)}?attribute={attribute.pk}"' in text_of(
        owner.get(f"/event/{setup.event.pk}/")
    )
    page = text_of(owner.get(of_event(setup)))
    assert SCRIPT not in page
    words = plain(page)
    assert "Proposals 3" in words
    assert "Organisation B" in words
    assert "Value login[.]example → logon[.]example" in words
    # Named twice: among those who can see the event, and as the proposer of the one proposal for the attribute.
    assert (
        plain(text_of(owner.get(of_event(setup, f"?attribute={attribute.pk}")))).count("Organisation B") == 2
    )

    said = text_of(owner.post(of_event(setup, f"{change.pk}/accept/"), follow=True))
    assert "1 proposal has been accepted." in said
    attribute.refresh_from_db()
    assert attribute.value1 == "logon.example"
    again = text_of(owner.post(of_event(setup, f"{change.pk}/accept/"), follow=True))
    assert "has already been decided" in again
    owner.post(of_event(setup, "accept/"), {"pk": [str(new.pk), str(deletion.pk)]})
    assert Attribute.objects.filter(event=setup.event, value1="new.example", comment=SCRIPT).exists()
    assert not Proposal.objects.filter(deleted=False).exists()
    assert "logon[.]example" in plain(text_of(visitor(seed.stranger).get(of_event(setup, "?show=decided"))))
    assert Event.objects.get(pk=setup.event.pk).published is False


def test_bad_input_stays_in_the_form(seed: Seed, setup: Setup, attribute: Attribute) -> None:
    partner = visitor(seed.partner)
    wrong = text_of(
        partner.post(of_event(setup, "new/"), fields(type="ip-dst", value="300.1.1.1", comment="kept"))
    )
    assert 'id="id_value_error"' in wrong
    assert "300.1.1.1" in wrong
    assert "kept" in wrong
    same = {"type": "domain", "category": attribute.category, "value": "login.example"}
    same |= {"to_ids": "1" if attribute.to_ids else "0", "comment": attribute.comment}
    assert "Change at least one field." in text_of(partner.post(of_attribute(attribute, "propose"), same))
    assert not Proposal.objects.exists()


def test_only_the_owner_decides_and_the_proposer_withdraws(seed: Seed, setup: Setup) -> None:
    new, change, _ = make_proposals(seed, setup)
    stranger, partner = visitor(seed.stranger), visitor(seed.partner)
    for path in (f"{new.pk}/accept/", "accept/", f"{new.pk}/discard/", "accept-all/", "discard-all/"):
        assert stranger.post(of_event(setup, path), {"pk": str(new.pk)}).status_code == 403, path
    for path in (f"{new.pk}/accept/", f"{change.pk}/edit/", "accept-all/"):
        assert partner.post(of_event(setup, path)).status_code == 403, path
    assert stranger.get(of_event(setup, f"{new.pk}/accept/")).status_code == 405
    assert "Discard" not in text_of(stranger.get(of_event(setup)))
    mine = text_of(partner.get("/proposals/?show=made"))
    assert mine.count("/discard/") == 3
    assert "No proposals to decide on" in text_of(partner.get("/proposals/"))
    assert partner.post(of_event(setup, f"{new.pk}/discard/"), {"to_list": "1"}).url == "/proposals/"
    assert list(Proposal.objects.filter(deleted=True)) == [new]


def test_hidden_parts_and_accounts_that_only_read(seed: Seed, setup: Setup) -> None:
    hidden = setup.attribute(HIDDEN)
    proposal = propose_change(seed.analyst.actor, hidden.pk, {"comment": "ours alone"})
    stranger, reader = visitor(seed.stranger), visitor(seed.reader)
    assert "ours alone" not in text_of(stranger.get(of_event(setup)))
    assert "ours alone" in text_of(reader.get(of_event(setup)))
    assert stranger.get(of_attribute(hidden, "propose")).status_code == 404
    assert stranger.post(of_attribute(hidden, "propose-deletion")).status_code == 404
    elsewhere = f"/event/{setup.event.pk}/attribute/{setup.draft.attributes.first().pk}/propose/"
    assert visitor(seed.analyst).get(elsewhere).status_code == 404
    assert stranger.get(f"/event/{setup.draft.pk}/proposals/").status_code == 404
    # As for a proposal that does not exist.
    assert "already been decided" in text_of(
        stranger.post(of_event(setup, f"{proposal.pk}/discard/"), follow=True)
    )
    for path in (of_event(setup, "new/"), of_event(setup, f"{proposal.pk}/accept/")):
        assert reader.post(path, fields()).status_code == 403
    assert "Accept" not in text_of(reader.get(of_event(setup)))
    assert "Propose" not in text_of(reader.get(f"/event/{setup.event.pk}/")).replace("Proposals", "")
    assert Proposal.objects.filter(deleted=False).count() == 1


def test_operator_reads_no_proposals(seed: Seed, setup: Setup) -> None:
    [new, *_] = make_proposals(seed, setup)
    operator = Client(headers={"accept-language": "en"})
    operator.force_login(operator_of(seed).user)
    assert operator.get(of_event(setup)).status_code == 404
    assert operator.get(of_event(setup, f"{new.pk}/file/")).status_code == 404
    assert operator.post(of_event(setup, f"{new.pk}/accept/")).status_code in (403, 404)
    assert "No proposals to decide on" in text_of(operator.get("/proposals/"))
    assert Proposal.objects.filter(deleted=False).count() == 3


def test_all_at_once_means_those_that_were_there(seed: Seed, setup: Setup) -> None:
    make_proposals(seed, setup)
    owner = visitor(seed.org_admin)
    asked = owner.get(of_event(setup, "accept-all/"))
    assert "3 proposals will be carried out" in text_of(asked)
    late = propose_attribute(seed.partner.actor, setup.event.pk, {"type": "domain", "value": "late.example"})
    owner.post(of_event(setup, "accept-all/"), {"until": str(asked.context["until"])})
    assert list(Proposal.objects.filter(deleted=False)) == [late]
    asked = owner.get(of_event(setup, "discard-all/"))
    owner.post(of_event(setup, "discard-all/"), {"until": str(asked.context["until"])})
    assert not Proposal.objects.filter(deleted=False).exists()
    assert owner.get(of_event(setup, "accept-all/")).status_code == 302
    assert not Attribute.objects.filter(value1="late.example").exists()


def test_refused_proposals_are_all_left_open(seed: Seed, setup: Setup) -> None:
    there = {"type": "ip-src", "value": "198.51.100.0/24", "category": "Network activity"}
    proposals = make_proposals(seed, setup)
    proposals.append(propose_attribute(seed.partner.actor, setup.event.pk, there))
    ids = [str(proposal.pk) for proposal in proposals]
    said = text_of(visitor(seed.org_admin).post(of_event(setup, "accept/"), {"pk": ids}, follow=True))
    assert "Nothing was accepted. The event already has this value." in plain(said)
    assert Proposal.objects.filter(deleted=False).count() == 4


def test_change_is_accepted_in_part(seed: Seed, setup: Setup, attribute: Attribute) -> None:
    change = propose_change(
        seed.partner.actor, attribute.pk, {"value": "logon.example", "comment": "seen twice"}
    )
    owner, path = visitor(seed.org_admin), of_event(setup, f"{change.pk}/edit/")
    shown = owner.get(path)
    assert shown.context["form"]["value"].value() == "logon.example"
    sent = fields(value="login.example", comment="seen twice", distribution="5", category="Network activity")
    assert owner.post(path, {**sent, "mark": "outdated"}).status_code == 409
    assert owner.post(path, {**sent, "mark": shown.context["mark"]}).status_code == 302
    attribute.refresh_from_db()
    change.refresh_from_db()
    assert (attribute.value1, attribute.comment, change.deleted) == ("login.example", "seen twice", True)
    assert owner.get(path).status_code == 404


def test_proposed_file_is_downloaded_in_an_archive(seed: Seed, setup: Setup) -> None:
    data = base64.b64encode(b"a text").decode()
    file = {"type": "attachment", "category": "Payload delivery", "value": "more.txt", "data": data}
    proposal = propose_attribute(seed.partner.actor, setup.event.pk, file)
    owner, path = visitor(seed.org_admin), of_event(setup, f"{proposal.pk}/file/")
    assert path in text_of(owner.get(of_event(setup)))
    assert bytes_of(owner.get(path)).startswith(b"PK")


def test_only_the_owners_decision_lets_another_mail_go_out(seed: Seed, setup: Setup) -> None:
    """Or who proposes and withdraws by turns, or discards nothing, would send the owner a mail each time."""

    def is_locked() -> bool:
        return Event.objects.get(pk=setup.event.pk).proposal_email_lock

    new, *_ = make_proposals(seed, setup)
    partner, stranger = visitor(seed.partner), visitor(seed.stranger)
    assert is_locked()
    partner.post(of_event(setup, f"{new.pk}/discard/"))
    partner.post(of_event(setup, "discard/"))
    stranger.post(of_event(setup, "discard/"))
    assert is_locked()
    visitor(seed.org_admin).post(of_event(setup, "discard/"), {"pk": str(new.pk + 1)})
    assert not is_locked()


def test_proposed_file_is_accepted_only_as_it_is(seed: Seed, setup: Setup) -> None:
    """The form of an attribute would keep the file that it has."""
    document = {"type": "attachment", "category": "Payload delivery", "value": "a.txt"}
    old, new = (base64.b64encode(text).decode() for text in (b"old", b"new"))
    add_attributes(seed.org_admin.actor, setup.event.pk, [{**document, "data": old}])
    attribute = setup.attribute("a.txt")
    change = propose_change(seed.partner.actor, attribute.pk, {"data": new, "comment": "better"})
    owner, path = visitor(seed.org_admin), of_event(setup, f"{change.pk}/edit/")
    assert path not in text_of(owner.get(of_event(setup)))
    assert owner.get(path).status_code == 404
    mark = attribute_mark(attribute.pk)
    assert owner.post(path, {**fields(), "mark": mark}).status_code == 404
    with pytest.raises(NotFound):
        accept_with_changes(seed.org_admin.actor, change.pk, {"comment": "better"}, mark)
    assert Proposal.objects.filter(deleted=False).count() == 1


def test_refused_form_keeps_its_mark(seed: Seed, setup: Setup, attribute: Attribute) -> None:
    """What a colleague changes between two attempts is a conflict, not overwritten."""
    change = propose_change(seed.partner.actor, attribute.pk, {"comment": "seen twice"})
    for path in (of_event(setup, f"{change.pk}/edit/"), of_attribute(attribute, "edit")):
        owner = visitor(seed.org_admin)
        sent = fields(value="login.example", distribution="5", mark=owner.get(path).context["mark"])
        Attribute.objects.filter(pk=attribute.pk).update(comment=path, timestamp=attribute.timestamp + 1)
        refused = owner.post(path, {**sent, "first_seen": "never"})
        assert refused.status_code == 200
        assert owner.post(path, {**sent, "mark": refused.context["mark"]}).status_code == 409


def test_fields_of_a_proposed_change_are_accepted_one_by_one(seed: Seed, setup: Setup) -> None:
    attribute = setup.attribute("login.example")
    changed = {"value": "logon.example", "comment": "Corrected", "to_ids": False}
    proposal = propose_change(seed.partner.actor, attribute.pk, changed)
    owner, boxes = visitor(seed.analyst), f"field-{proposal.pk}"
    page = text_of(owner.get(of_event(setup)))
    assert page.count(f'name="{boxes}"') == 3
    assert f'name="{boxes}"' not in text_of(visitor(seed.partner).get(of_event(setup)))
    path = of_event(setup, f"{proposal.pk}/accept-fields/")
    assert "Choose at least one field" in text_of(owner.post(path, follow=True))
    assert visitor(seed.partner).post(path, {boxes: ["comment"]}).status_code == 403
    other = f"/event/{setup.draft.pk}/proposals/{proposal.pk}/accept-fields/"
    assert owner.post(other, {boxes: ["comment"]}).status_code == 404
    said = text_of(owner.post(path, {boxes: ["comment", "to_ids", "deleted"]}, follow=True))
    assert "The chosen fields of the proposal have been accepted." in said
    attribute.refresh_from_db()
    assert (attribute.value, attribute.comment, attribute.to_ids) == ("login.example", "Corrected", False)
    assert not attribute.deleted
    assert Proposal.objects.get(pk=proposal.pk).deleted
    assert "already been decided" in text_of(owner.post(path, {boxes: ["comment"]}, follow=True))


def test_proposer_and_owner_talk_about_a_proposal(seed: Seed, setup: Setup, settings: Any) -> None:
    use(settings, free_port())
    proposal = propose_deletion(seed.partner.actor, setup.attribute("198.51.100.23").pk)
    owner, partner, stranger = visitor(seed.analyst), visitor(seed.partner), visitor(seed.stranger)
    path, box = of_event(setup, f"{proposal.pk}/comment/"), f"comment-{proposal.pk}"
    OutgoingMail.objects.all().delete()
    assert "Your comment has been sent." in text_of(owner.post(path, {box: f"Why? {SCRIPT}"}, follow=True))
    (mail,) = OutgoingMail.objects.all()
    assert mail.recipient == seed.partner.user.email
    assert "Why" not in mail.text
    text_of(partner.post(path, {box: "It is our own\nresolver.", "to_list": "1"}, follow=True))
    for person in (owner, partner):
        page = text_of(person.get(of_event(setup)))
        assert "Why? &lt;script&gt;" in page
        assert "It is our own\nresolver." in page
        assert "Organisation B" in page
    # Others read the proposal, but not what is said about it.
    page = text_of(stranger.get(of_event(setup)))
    assert "198[.]51" in page or "198.51.100.23" in page
    assert "resolver" not in page
    assert box not in page
    assert stranger.post(path, {box: "Me too"}).status_code == 403
    assert visitor(seed.reader).post(path, {box: "Me too"}).status_code == 403
    for wrong in ("", "  ", "x" * 2001, "\0"):
        assert "Write something" in text_of(owner.post(path, {box: wrong}, follow=True))
    assert ProposalComment.objects.count() == 2
    # What is decided is closed, and what is removed takes its conversation along.
    discard_proposal(seed.analyst.actor, proposal.pk)
    assert "already been decided" in text_of(partner.post(path, {box: "More"}, follow=True))
    assert "resolver" in text_of(partner.get(of_event(setup, "?show=decided")))
    delete_attribute(seed.analyst.actor, setup.attribute("198.51.100.23").pk, hard=True)
    assert not ProposalComment.objects.exists()


def test_very_many_proposals_are_accepted_in_few_statements(seed: Seed, setup: Setup) -> None:
    values = [{"type": "domain", "value": f"host{n}.example"} for n in range(60)]
    ids = add_attributes(seed.analyst.actor, setup.event.pk, values).attribute_ids
    for number in ids:
        propose_change(seed.partner.actor, number, {"comment": f"Checked {number}"})
    statements = []
    with connection.execute_wrapper(lambda run, sql, *rest: (statements.append(sql), run(sql, *rest))[1]):
        assert accept_proposals(seed.analyst.actor, setup.event.pk, None) == 60
    assert len(statements) < 40
    comments = Attribute.objects.filter(pk__in=ids).values_list("pk", "comment")
    assert all(comment == f"Checked {number}" for number, comment in comments)
    # One that would double a value accepts none of them.
    propose_change(seed.partner.actor, ids[0], {"comment": "Again"})
    propose_change(seed.partner.actor, ids[1], {"value": "host5.example"})
    with pytest.raises(Invalid):
        accept_proposals(seed.analyst.actor, setup.event.pk, None)
    assert Attribute.objects.get(pk=ids[0]).comment == f"Checked {ids[0]}"
