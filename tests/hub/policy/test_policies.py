"""Writing a policy, putting it in force, trying it on past events, and exporting it as a document."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import docx
import pypdfium2
import pytest
from django.utils import timezone
from docx.oxml.ns import qn

from tests.api.calls import answer, call, send
from tests.factories.knowledge import make_tag, make_tags
from tests.factories.policies import IBAN, MARKED, RED, SECOND, in_force, made, made_public
from tests.factories.seed import Seed
from vardkase.core.errors import Forbidden
from vardkase.hub.policy.comparison import RuleChange, compare
from vardkase.hub.policy.models import PolicyVersion
from vardkase.hub.policy.queries import due_for_review
from vardkase.hub.policy.rules import read_rules
from vardkase.hub.policy.services import TWO_PEOPLE, end_policy, put_in_force, save_draft
from vardkase.hub.policy.starters import starters
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event


def test_policy_is_drafted_from_template_and_replaced(seed: Seed) -> None:
    key = seed.org_admin.key
    kommun = call(key, "GET", "/mispPolicies/templates")[1][0]
    assert kommun["name"] == {"sv": "Liten kommun", "en": "Small municipality"}
    for number in (1, 2):
        body = {"MispPolicy": {"rules": kommun["rules"][number:], "note": "first"}}
        draft = call(key, "POST", "/mispPolicies/edit", body)[1]["MispPolicy"]
        assert (draft["version"], draft["state"]) == (number, "draft")
        assert call(key, "POST", "/mispPolicies/putInForce")[1]["MispPolicy"]["state"] == "in_force"
    listed = call(seed.reader.key, "GET", "/mispPolicies/index")[1]
    assert [each["MispPolicy"]["state"] for each in listed] == ["in_force", "replaced"]
    assert call(seed.stranger.key, "GET", "/mispPolicies/index")[1] == []
    other = listed[0]["MispPolicy"]["id"]
    assert call(seed.stranger.key, "GET", f"/mispPolicies/view/{other}")[0] == 404
    assert call(seed.publisher.key, "POST", "/mispPolicies/edit", {"rules": []})[0] == 403


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"kind": "nonsense"}, "rules.1"),
        (RED | {"reach": "moon"}, "rules.1"),
        (RED | {"types": ["no-such-type"]}, "rules.1.types"),
        (RED | {"title": {"sv": " "}}, "rules.1.title"),
        (MARKED | {"tags": []}, "rules.1.tags"),
        (SECOND | {"days": 0}, "rules.1.days"),
        ("text", "rules.1"),
    ],
)
def test_invalid_rule_is_refused_by_field(seed: Seed, rule: Any, field: str) -> None:
    status, body = call(seed.org_admin.key, "POST", "/mispPolicies/edit", {"rules": [rule]})
    assert (status, list(body["errors"])) == (403, [field])
    assert not PolicyVersion.objects.exists()


def test_every_template_is_valid() -> None:
    for starter in starters():
        assert len(read_rules(starter.rules)) == len(starter.rules) > 10


def test_second_person_puts_policy_in_force_if_hub_requires_it(seed: Seed) -> None:
    path = f"/servers/serverSettingsEdit/{TWO_PEOPLE.name}"
    assert call(seed.site_admin.key, "POST", path, {"value": True})[0] == 200
    save_draft(seed.org_admin.actor, [RED])
    with pytest.raises(Forbidden):
        put_in_force(seed.org_admin.actor)
    written = seed.org_admin.user.email
    User.objects.filter(pk=seed.org_admin.user.pk).update(email="other-name@a.example")
    with pytest.raises(Forbidden):  # Nor by changing the address in between.
        put_in_force(replace(seed.org_admin.actor, name="other-name@a.example"))
    User.objects.filter(pk=seed.org_admin.user.pk).update(email=written)
    PolicyVersion.objects.update(written_by=seed.colleague.user.email)
    put_in_force(seed.org_admin.actor)
    with pytest.raises(Forbidden):
        end_policy(seed.org_admin.actor)


def test_removed_misp_type_in_rule_does_not_block_publishing(seed: Seed) -> None:
    in_force(seed, IBAN)
    PolicyVersion.objects.update(rules=[IBAN | {"types": ["iban", "was-a-type"]}])
    made(seed.publisher.key, published=True)


def test_comparison_of_two_versions(seed: Seed) -> None:
    before = read_rules([RED, MARKED, IBAN])
    after = read_rules([MARKED, RED | {"reach": "organisation"}, SECOND])
    changes = [(each.change, each.before_number, each.after_number) for each in compare(before, after)]
    assert changes == [
        (RuleChange.MOVED, 2, 1),
        (RuleChange.CHANGED, 1, 2),
        (RuleChange.ADDED, None, 3),
        (RuleChange.REMOVED, 3, None),
    ]
    renumbered = compare(before, before[1:])
    assert [each.change for each in renumbered] == [RuleChange.SAME, RuleChange.SAME, RuleChange.REMOVED]


def test_try_out_lists_published_events_that_policy_forbids(seed: Seed) -> None:
    """Published events stay published, and are listed."""
    make_tags(*("tlp:red", "tlp:green"))
    red = made_public(seed.publisher.key, "tlp:red")
    green = made(seed.publisher.key, "tlp:green", published=True)
    made(seed.publisher.key, "tlp:green", published=True, distribution=0)
    made(seed.publisher.key, "tlp:red")
    policy = in_force(seed, RED, SECOND)
    status, trial = call(seed.reader.key, "POST", f"/mispPolicies/tryOut/{policy.pk}", {})
    assert (status, trial["events"], trial["forbidden"], trial["held"]) == (200, 3, 1, 1)
    assert trial["by_rule"] == {"1": 1, "2": 2}
    found = {each["event_id"]: each for each in trial["findings"]}
    assert set(found) == {red["id"], green["id"]}
    assert (
        found[red["id"]]["forbidden"][0]["why"]
        == "what is tagged tlp:red would be shared with everyone on this hub."
    )
    assert Event.objects.get(pk=red["id"]).published
    earlier = {"since": "2020-01-01", "until": "2020-02-01"}
    assert call(seed.reader.key, "POST", "/mispPolicies/tryOut", earlier)[1]["events"] == 0
    for wrong in ({"since": "tomorrow"}, {"since": "2020-02-02", "until": "2020-01-01"}):
        assert list(call(seed.reader.key, "POST", "/mispPolicies/tryOut", wrong)[1]["errors"]) == ["since"]


def test_export_is_readable_document(seed: Seed) -> None:
    policy = in_force(seed, RED, MARKED, IBAN, SECOND)
    path, asked = f"/mispPolicies/export/{policy.pk}", timezone.now().replace(microsecond=0)
    written = docx.Document(BytesIO(send(seed.reader.key, "GET", f"{path}/docx").content))
    headings = [each.text for each in written.paragraphs if each.style.name == "Heading 1"]
    assert headings == [
        "Syfte",
        "Roller och ansvar",
        "Vad vi delar och med vem",
        "Två personer beslutar",
        "Personuppgifter",
        "Hur länge vi sparar information",
        "Utbildning",
        "Uppföljning",
        "Beslut",
    ]
    rules = [each.text for each in written.paragraphs if each.style.name == "Heading 2"]
    assert [each.partition(".")[0] for each in rules] == ["Regel 1", "Regel 2", "Regel 4", "Regel 3"]
    said = "\n".join(each.text for each in written.paragraphs)
    assert "Regel 1. TLP:RED stannar i en delningsgrupp" in said
    assert "Det som har taggen tlp:red får högst nå en delningsgrupp." in said
    assert "Underskrift" in written.paragraphs[-1].text
    properties = written.core_properties
    assert (properties.language, properties.comments) == ("sv-SE", "")
    assert asked <= properties.created <= timezone.now()
    spoken = {each.get(qn("w:val")) for each in written.styles.element.iter(qn("w:lang"))}
    assert spoken == {"sv-SE"}
    footer = written.sections[0].footer.paragraphs[0]._p
    assert [each.get(qn("w:instr")) for each in footer.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    pdf = pypdfium2.PdfDocument(send(seed.reader.key, "GET", f"{path}/pdf/en").content)
    page = "".join(each.get_textpage().get_text_range() for each in pdf)
    assert "Policy for sharing in MISP" in page
    assert "Rule 2. Everything that is shared has a TLP tag" in page
    for missing in (f"{path}/odt", f"{path}/pdf/fr", "/mispPolicies/export/999999/pdf"):
        response = send(seed.reader.key, "GET", missing)
        assert (response.status_code, answer(response)["url"]) == (404, missing)


def test_title_with_control_characters_is_exported(seed: Seed) -> None:
    policy = in_force(seed, MARKED | {"title": {"sv": "Allt\x0b\x1b[31m 漢字 märks", "en": ""}})
    for form in ("docx", "pdf"):
        response = send(seed.org_admin.key, "GET", f"/mispPolicies/export/{policy.pk}/{form}")
        assert response.status_code == 200, form


def test_old_events_are_listed_for_review(seed: Seed) -> None:
    rule = {"kind": "retention", "title": {"sv": "Två år"}, "months": 24}
    make_tag("tlp:red")
    old, marked, new = made(seed.publisher.key), made(seed.publisher.key, "tlp:red"), made(seed.publisher.key)
    Event.objects.exclude(pk=new["id"]).update(timestamp=1_500_000_000)
    due = due_for_review(seed.reader.actor, in_force(seed, rule))
    assert {str(pk) for pk, _, _ in due} == {old["id"], marked["id"]}
    due = due_for_review(seed.reader.actor, in_force(seed, rule | {"tags": ["TLP:*"]}))
    assert [str(pk) for pk, _, _ in due] == [marked["id"]]


@pytest.mark.parametrize("duty", ["operator", "auditor"])
def test_try_out_and_review_hide_unreadable_titles(seed: Seed, duty: str) -> None:
    """From operators and auditors, of the organisation or as site administrators."""
    make_tag("tlp:red")
    rule = {"kind": "retention", "title": {"sv": "Två år"}, "months": 24}
    made_public(seed.publisher.key, "tlp:red")
    policy = in_force(seed, RED, rule)
    assert call(seed.reader.key, "POST", f"/mispPolicies/tryOut/{policy.pk}", {})[1]["events"] == 1
    Event.objects.update(timestamp=1_500_000_000)
    for api_user in (seed.reader, seed.site_admin):
        User.objects.filter(pk=api_user.user.pk).update(staff_roles=[duty])
        status, trial = call(api_user.key, "POST", f"/mispPolicies/tryOut/{policy.pk}", {})
        if api_user is seed.site_admin:  # Another organisation's policy is not readable either.
            assert status == 404
        else:
            assert (trial["events"], trial["findings"]) == (0, [])
        blind = actor_for(User.objects.get(pk=api_user.user.pk), Credential.BROWSER)
        assert due_for_review(blind, policy) == []
