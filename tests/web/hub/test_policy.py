"""The pages of policies: drafted from a template, put in force, applied on publishing, approved by two."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_user
from tests.factories.knowledge import make_tag
from tests.factories.policies import RED, SECOND, in_force, made, made_public
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.hub.policy.models import ApprovalDecision, PolicyState, PolicyVersion, PublicationApproval
from vardkase.hub.training.models import Training
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event
from vardkase.knowledge.taxonomies.models import Taxonomy, TaxonomyEntry, TaxonomyPredicate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


def english(api_user: Any) -> Client:
    client = signed_in(api_user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_administrator_drafts_policy_from_template(seed: Seed) -> None:
    web = english(seed.org_admin)
    assert "Small municipality" in text_of(web.get("/policy/"))
    assert web.post("/policy/begin/", {"from": "municipality"}).url == "/policy/draft/"
    draft = PolicyVersion.objects.get()
    before = len(draft.rules)
    page = text_of(web.get("/policy/draft/"))
    assert "TLP:RED stays in a sharing group" in page
    assert "Anything with the tag tlp:red may be shared with a sharing group at most." in page
    asked = text_of(web.get("/policy/in-force/"))
    assert "requires the training “MISP: dela information”" in asked, "it has not been done yet"
    web.post("/policy/draft/rules/1/move/", {"by": "1"})
    web.post("/policy/draft/rules/1/remove/")
    new = {"title_sv": "Röd stannar", "tags": ["tlp:red", "TLP:RED-ish"], "reach": "organisation"}
    assert web.post("/policy/draft/add/at_most/", new).url == "/policy/draft/"
    draft.refresh_from_db()
    assert len(draft.rules) == before
    assert (draft.rules[-1]["tags"], draft.rules[-1]["reach"]) == (["tlp:red", "TLP:RED-ish"], "organisation")
    wrong = new | {"types": "no-such-type"}
    assert "Unknown: no-such-type." in text_of(web.post(f"/policy/draft/rules/{before}/", wrong))
    assert web.post(f"/policy/draft/rules/{before}/", new | {"title_sv": "Röd"}).status_code == 302
    assert "You have not published anything in the last month." in text_of(web.get("/policy/in-force/"))
    assert web.post("/policy/in-force/").url == "/policy/"
    draft.refresh_from_db()
    assert (draft.state, draft.rules[-1]["title"]["sv"]) == (PolicyState.IN_FORCE, "Röd")
    web.post("/policy/begin/", {"from": "in_force"})
    web.post("/policy/draft/rules/2/remove/")
    web.post("/policy/in-force/")
    newest = PolicyVersion.objects.get(state=PolicyState.IN_FORCE)
    assert "Changes since version 1" in text_of(web.get(f"/policy/versions/{newest.pk}/"))
    assert "No longer in force" in text_of(web.get("/policy/versions/"))
    for form in ("pdf", "docx"):
        assert web.get(f"/policy/versions/{newest.pk}/document.{form}").status_code == 200
    assert web.post("/policy/end/").url == "/policy/"
    assert not PolicyVersion.objects.filter(state=PolicyState.IN_FORCE).exists()


@pytest.mark.parametrize(
    "kind", ["at_most", "must_carry", "personal_data", "four_eyes", "who", "defaults", "retention"]
)
def test_each_kind_of_rule_has_form(seed: Seed, kind: str) -> None:
    web = english(seed.org_admin)
    web.post("/policy/begin/", {"from": "empty"})
    shown = web.get(f"/policy/draft/add/{kind}/")
    form = shown.context["form"]
    sent = {"title_sv": "Regel", "reach": "community", "action": "publish", "handling": "stays", "days": "7"}
    sent |= {"months": "12", "tags": "tlp:red", "types": "iban", "roles": ["Publisher"]}
    answer = web.post(
        f"/policy/draft/add/{kind}/", {name: sent[name] for name in form.fields if name in sent}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    again = web.get("/policy/draft/rules/1/").context["form"]
    assert again.initial["title_sv"] == "Regel"


def test_rule_values_are_chosen_from_existing_ones(seed: Seed) -> None:
    """Existing tags, tags of taxonomies and prefixes; MISP's types; the organisation's own users."""
    web = english(seed.org_admin)
    make_tag("tlp:red")
    space = Taxonomy.objects.create(namespace="tlp", version=1)
    TaxonomyPredicate.objects.create(taxonomy=space, value="green")
    held = TaxonomyPredicate.objects.create(taxonomy=space, value="held")
    TaxonomyEntry.objects.create(predicate=held, value="back")

    def found(field: str, text: str) -> set[str]:
        page = web.get("/policy/draft/find/four_eyes/", {"field": field, f"q_{field}": text})
        return {each.value for each in page.context["found"]}

    assert found("tags", "tlp") == {"tlp", "tlp:*", "tlp:red", "tlp:green", 'tlp:held="back"'}
    assert found("types", "iban") == {"iban"}
    own, other = seed.analyst.user.email, seed.stranger.user.email
    assert own in found("users", own[:3])
    assert found("users", other) == {other}, (
        "typed text may be chosen; other organisations' users are not offered"
    )
    assert web.get("/policy/draft/find/four_eyes/", {"field": "days"}).status_code == 404
    assert english(seed.reader).get("/policy/draft/find/four_eyes/", {"field": "tags"}).status_code == 403
    web.post("/policy/begin/", {"from": "empty"})
    looking = {"title_sv": "Regel", "tags": ["tlp:red"], "q_tags": "green", "find": "tags"}
    page = web.post("/policy/draft/add/at_most/", looking)
    assert 'value="tlp:green"' in page.content.decode(), "a search without scripts"
    assert PolicyVersion.objects.get().rules == []


def test_others_can_read_but_not_write(seed: Seed) -> None:
    in_force(seed, RED)
    web = english(seed.reader)
    assert "TLP:RED stays in a sharing group" in text_of(web.get("/policy/"))
    assert web.get("/policy/draft/").status_code == web.get("/policy/training/").status_code == 403
    for path in (
        "begin/",
        "in-force/",
        "end/",
        "draft/discard/",
        "draft/add/at_most/",
        "draft/rules/1/remove/",
    ):
        assert web.post(f"/policy/{path}").status_code == 403
    stranger = english(seed.stranger)
    pk = PolicyVersion.objects.get().pk
    assert "TLP:RED" not in text_of(stranger.get("/policy/"))
    assert stranger.get(f"/policy/versions/{pk}/").status_code == 404
    assert stranger.get(f"/policy/versions/{pk}/document.pdf").status_code == 404


def test_publish_preview_names_rule(seed: Seed) -> None:
    make_tag("tlp:red")
    in_force(seed, RED, SECOND)
    red = made(seed.publisher.key, "tlp:red")
    web = english(seed.publisher)
    look = web.get(f"/event/{red['id']}/publish/")
    assert "Blocked by rule 1: TLP:RED stays in a sharing group" in text_of(look)
    event = Event.objects.get(pk=red["id"])
    sent = {"seen": event.timestamp, "distribution": 1, "sharing_group_id": ""}
    refused = web.post(f"/event/{red['id']}/publish/", sent)
    assert "what is tagged tlp:red would be shared with everyone on this hub." in text_of(refused)
    swedish = signed_in(seed.publisher)
    swedish.defaults["HTTP_ACCEPT_LANGUAGE"] = "sv"
    refused = swedish.post(f"/event/{red['id']}/publish/", sent)
    assert "Regel 1 i din organisations MISP-policy, ”TLP:RED stannar i en delningsgrupp”" in text_of(refused)


def test_two_people_publish_in_browser(seed: Seed) -> None:
    in_force(seed, RED, SECOND)
    made_event = made(seed.publisher.key)
    event = Event.objects.get(pk=made_event["id"])
    asks = english(seed.publisher)
    assert "Request approval" in text_of(asks.get(f"/event/{event.pk}/publish/"))
    sent = {"seen": event.timestamp, "distribution": 1, "sharing_group_id": ""}
    asked = asks.post(f"/event/{event.pk}/publish/", sent)
    request = PublicationApproval.objects.get()
    path = f"/policy/approvals/{request.pk}/"
    assert asked.url == path
    assert "Approve and publish" not in text_of(asks.get(path))
    decides = english(seed.org_admin)
    assert event.info in text_of(decides.get("/policy/approvals/"))
    assert "Approve and publish" in text_of(decides.get(path))
    assert english(seed.stranger).get(path).status_code == 404
    User.objects.filter(pk=seed.org_admin.user.pk).update(credentials_set_by_another_at=timezone.now())
    waits = text_of(decides.get(path))
    assert "recently set your sign-in details" in waits
    assert "Approve and publish" not in waits
    assert f"{seed.org_admin.user.email} (not before " in waits
    User.objects.filter(pk=seed.org_admin.user.pk).update(credentials_set_by_another_at=None)
    home = text_of(decides.get("/"))
    assert "Publications waiting for your approval" in home
    assert "1 event of your organisation is waiting for approval." in home
    decides.post(f"{path}reject/", {"reason": ""})
    assert PublicationApproval.objects.get().state == ApprovalDecision.WAITING
    decides.post(f"{path}approve/")
    event.refresh_from_db()
    assert (PublicationApproval.objects.get().state, event.published) == (ApprovalDecision.APPROVED, True)
    assert "Decided by" in text_of(decides.get(path))


def test_policy_is_tried_out_on_page(seed: Seed) -> None:
    make_tag("tlp:red")
    red = made_public(seed.publisher.key, "tlp:red")
    in_force(seed, RED)
    page = text_of(english(seed.reader).get("/policy/try/"))
    assert "1 would have been refused." in page
    assert f'href="/events/{red["id"]}' in page or f"/event/{red['id']}" in page
    assert "first day before" in text_of(
        english(seed.reader).get("/policy/try/?since=2026-02-02&until=2026-02-01")
    )


def test_users_are_marked_as_trained(seed: Seed) -> None:
    web = english(seed.org_admin)
    sent = {
        "user": [seed.analyst.user.email],
        "module": "MISP",
        "done_on": "2026-01-01",
        "valid_until": "2026-01-02",
    }
    assert web.post("/policy/training/add/", sent | {"valid_until": "2025-01-01"}).status_code == 422
    assert web.post("/policy/training/add/", sent).url == "/policy/training/"
    assert "expired" in text_of(web.get("/policy/training/"))
    web.post(f"/policy/training/{Training.objects.get().pk}/remove/")
    assert not Training.objects.exists()


def test_missing_second_person_is_reported(seed: Seed) -> None:
    web = english(seed.org_admin)
    web.post("/policy/begin/", {"from": "authority"})
    make_user(seed.org_a, seed.org_admin.user.role, "two@a.example")
    assert "may be that person" not in text_of(web.get("/policy/in-force/"))
    others = User.objects.filter(org=seed.org_a).exclude(pk=seed.org_admin.user.pk)
    others.update(disabled=True)
    shown = text_of(web.get("/policy/in-force/"))
    assert f"requires a second person, and only {seed.org_admin.user.email} may be that person" in shown
