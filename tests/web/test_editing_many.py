"""Bulk actions on what the table's filter matches, and the form that edits many attributes at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.event_page import HIDDEN, Setup, make_setup, text_of, visitor
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.core.clock import now_seconds
from vardkase.identity.organisations.models import SharingGroup, SharingGroupOrg
from vardkase.intel.editing.attributes import edit_attribute
from vardkase.intel.editing.deletion import delete_attribute
from vardkase.intel.kernel import audit_entries
from vardkase.intel.models import Attribute, AttributeTag, ObjectReference
from vardkase.intel.queries.history import history_of_event
from vardkase.intel.undo.models import AttributeBefore, UndoPoint
from vardkase.intel.undo.services import forget_outdated, undoable
from vardkase.knowledge.taxonomies.models import Tag

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.fixture
def web(seed: Seed) -> Client:
    return visitor(seed.analyst)


def every(web: Client, setup: Setup, query: str, **further: Any) -> dict[str, Any]:
    """What the bar sends once every match of the table has been chosen."""
    html = text_of(web.get(f"/event/{setup.event.pk}/?{query}"))
    return {"every": "1", "filter": query, "match_mark": field_of(html, "match_mark"), **further}


def field_of(html: str, name: str) -> str:
    return html.partition(f'name="{name}" value="')[2].partition('"')[0]


def act(web: Client, setup: Setup, action: str, fields: dict[str, Any]) -> Any:
    return web.post(f"/event/{setup.event.pk}/attributes/{action}/", fields, follow=True)


def test_every_match_is_marked_for_detection(web: Client, setup: Setup) -> None:
    answer = act(web, setup, "detection", every(web, setup, "type=domain&type=url", to_ids="1"))
    assert "4 attributes updated." in text_of(answer)
    assert answer.redirect_chain[-1][0] == f"/event/{setup.event.pk}/?type=domain&type=url"
    marked = Attribute.objects.filter(event=setup.event, to_ids=True).values_list("type", flat=True)
    assert set(marked) == {"domain", "url", "ip-dst"}


def test_only_a_filtered_table_speaks_of_matches(web: Client, setup: Setup) -> None:
    path = f"/event/{setup.event.pk}/"
    assert "Select all 4 matches" in text_of(web.get(path, {"type": ["domain", "url"]}))
    page = text_of(web.get(path))
    assert "Select all " in page
    assert " matches" not in page


def undo(web: Client, setup: Setup, html: str) -> Any:
    return act(web, setup, "undo", {"point": field_of(html.partition('class="undo"')[2], "point")})


def content(setup: Setup) -> list[dict[str, Any]]:
    """Everything of the event's attributes but their times, with their tags and the references to them."""
    rows = list(Attribute.objects.filter(event=setup.event).order_by("pk").values())
    for row in rows:
        del row["timestamp"]
        row["tags"] = sorted(
            AttributeTag.objects.filter(attribute=row["id"]).values_list("tag__name", "local")
        )
        references = ObjectReference.objects.filter(referenced_uuid=row["uuid"])
        row["references"] = list(references.order_by("pk").values_list("pk", "deleted"))
    return rows


@pytest.mark.parametrize(
    ("action", "further"),
    [
        ("detection", {"to_ids": "0"}),
        ("delete", {}),
        ("tag", {"tag": "tlp:amber"}),
        ("reach", {"reach": "1"}),
        ("edit", {"apply": "1", "category": "External analysis", "sets_comment": "on", "comment": "Checked"}),
        ("edit", {"apply": "1", "type": "text", "sets_seen": "on", "first_seen": "2026-11-01T10:00:00"}),
    ],
)
def test_each_act_on_many_is_undone_exactly(
    seed: Seed, web: Client, setup: Setup, action: str, further: dict[str, str]
) -> None:
    deleted = setup.attribute("c2.example")
    Attribute.objects.filter(pk=deleted.pk).update(deleted=True, timestamp=now_seconds())
    before = content(setup)
    html = text_of(act(web, setup, action, every(web, setup, "type=url&type=ip-dst", **further)))
    assert content(setup) != before
    # Nobody but who did it takes it back, and only once.
    assert "can no longer be undone" in text_of(undo(visitor(seed.colleague), setup, html))
    assert "as they were before." in text_of(undo(web, setup, html))
    assert content(setup) == before
    assert AuditEntry.objects.latest("pk").action == "attribute.change_undone"
    assert "can no longer be undone" in text_of(undo(web, setup, html))


def test_undo_is_refused_where_someone_has_changed_an_attribute_since(
    seed: Seed, web: Client, setup: Setup
) -> None:
    html = text_of(act(web, setup, "detection", every(web, setup, "type=domain&type=url", to_ids="0")))
    edit_attribute(seed.colleague.actor, setup.attribute(HIDDEN).pk, {"comment": "Seen again"})
    before = content(setup)
    assert "1 of the attributes have been changed since then" in text_of(undo(web, setup, html))
    assert content(setup) == before


def test_undo_sets_no_group_or_tag_that_the_person_may_no_longer_use(
    seed: Seed, web: Client, setup: Setup
) -> None:
    chosen = Attribute.objects.filter(event=setup.event, type="url")
    chosen.update(distribution=4, sharing_group=seed.group)
    html = text_of(act(web, setup, "reach", every(web, setup, "type=url", reach="0")))
    members = SharingGroupOrg.objects.filter(sharing_group=seed.group)
    members.delete()
    SharingGroup.objects.filter(pk=seed.group.pk).update(org=seed.org_b)
    before = content(setup)
    assert "you may no longer use it" in text_of(undo(web, setup, html))
    assert content(setup) == before

    tag = Tag.objects.create(name="secret:b", colour="#111111")
    link = {"event": setup.event, "tag": tag, "local": False}
    AttributeTag.objects.bulk_create(AttributeTag(attribute=attribute, **link) for attribute in chosen)
    point = undoable(
        seed.analyst.actor,
        setup.event.pk,
        [attribute.pk for attribute in chosen],
        lambda: AttributeTag.objects.filter(tag=tag).delete(),
    ).point
    Tag.objects.filter(pk=tag.pk).update(org_id=seed.org_b.pk)
    before = content(setup)
    assert "use a tag" in text_of(act(web, setup, "undo", {"point": point}))
    assert content(setup) == before


def test_what_is_deleted_for_good_is_kept_nowhere(seed: Seed, web: Client, setup: Setup) -> None:
    fields = every(web, setup, "type=domain", apply="1", category="External analysis")
    act(web, setup, "edit", fields)
    assert AttributeBefore.objects.count() == 2
    delete_attribute(seed.analyst.actor, setup.attribute(HIDDEN).pk, hard=True)
    assert AttributeBefore.objects.count() == 1
    UndoPoint.objects.update(made_at=timezone.now() - timedelta(days=2))
    forget_outdated()
    assert not AttributeBefore.objects.exists()


@pytest.mark.parametrize(
    ("action", "further"),
    [
        ("detection", {"to_ids": "1"}),
        ("delete", {}),
        ("tag", {"tag": "tlp:amber"}),
        ("reach", {"reach": "1"}),
        ("edit", {"apply": "1", "sets_comment": "on", "comment": "Checked"}),
    ],
)
def test_audit_row_of_very_many_names_the_filter(
    seed: Seed,
    web: Client,
    setup: Setup,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    further: dict[str, str],
) -> None:
    before = set(history_of_event(seed.stranger.actor, setup.event.pk).values_list("pk", flat=True))
    text_of(act(web, setup, action, every(web, setup, "type=ip-dst", **further)))
    few = AuditEntry.objects.latest("pk")
    assert few.change["attributes"] == [setup.attribute("198.51.100.23").pk]
    assert history_of_event(seed.stranger.actor, setup.event.pk).filter(pk=few.pk).exists() == (
        action != "delete"
    )

    monkeypatch.setattr(audit_entries, "MOST_NAMED", 1)
    text_of(act(web, setup, action, every(web, setup, "type=url", **further)))
    many = AuditEntry.objects.latest("pk")
    assert many.pk > few.pk
    assert (many.change["filter"], many.change["count"]) == ("type=url", 2)
    assert "attributes" not in many.change
    # One of them is hidden from others, so the act is too.
    seen = set(history_of_event(seed.stranger.actor, setup.event.pk).values_list("pk", flat=True))
    assert many.pk not in seen
    assert before <= seen
    assert history_of_event(seed.colleague.actor, setup.event.pk).filter(pk=many.pk).exists()


def test_audit_row_of_very_many_ticked_ones_is_bounded(
    seed: Seed, web: Client, setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_entries, "MOST_NAMED", 1)
    ids = [setup.attribute(value).pk for value in ("login.example", "198.51.100.23")]
    act(web, setup, "detection", {"pk": ",".join(map(str, ids)), "to_ids": "0"})
    change = AuditEntry.objects.latest("pk").change
    assert (change["filter"], change["count"]) == ("pk=" + ",".join(map(str, sorted(ids))), 2)
    assert "attributes" not in change


@pytest.mark.parametrize("action", ["detection", "delete", "tag", "reach", "edit"])
def test_nothing_happens_to_other_matches_than_were_shown(web: Client, setup: Setup, action: str) -> None:
    """As many match as before, but others."""
    fields = every(web, setup, "type=domain", to_ids="1", tag="tlp:amber", reach="0")
    Attribute.objects.filter(pk=setup.attribute(HIDDEN).pk).update(type="hostname")
    Attribute.objects.filter(event=setup.event, type="ip-dst").update(type="domain")
    before = list(Attribute.objects.order_by("pk").values())
    answer = act(web, setup, action, fields)
    assert answer.status_code == 409
    assert "matches other attributes than were shown (2)" in answer.content.decode()
    assert list(Attribute.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("action", ["detection", "delete", "reach", "edit"])
def test_matches_in_events_of_others_are_not_changed(
    seed: Seed, web: Client, setup: Setup, action: str
) -> None:
    before = list(Attribute.objects.order_by("pk").values())
    fields = every(web, setup, "", to_ids="1", reach="0", apply="1", category="Other")
    assert act(visitor(seed.partner), setup, action, fields).status_code == 403
    assert act(visitor(seed.reader), setup, action, fields).status_code == 403
    assert list(Attribute.objects.order_by("pk").values()) == before


def test_chosen_fields_change_and_others_stay(web: Client, setup: Setup) -> None:
    form = text_of(act(web, setup, "edit", every(web, setup, "type=domain")))
    assert "Edit 2 attributes" in form
    changed = every(
        web,
        setup,
        "type=domain",
        apply="1",
        category="External analysis",
        sets_comment="on",
        comment="Checked",
        sets_seen="on",
        first_seen="2026-11-01T10:00:00",
    )
    assert "2 attributes updated." in text_of(act(web, setup, "edit", changed))
    for stored in Attribute.objects.filter(event=setup.event, type="domain"):
        assert (stored.category, stored.comment) == ("External analysis", "Checked")
        assert stored.first_seen == 1_793_523_600_000_000  # The time in Sweden.
        assert stored.last_seen is None
    one = setup.attribute(HIDDEN)
    act(web, setup, "edit", {"pk": str(one.pk), "apply": "1", "type": "hostname"})
    one.refresh_from_db()
    assert (one.type, one.comment, one.category) == ("hostname", "Checked", "External analysis")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "ip-dst"}, "Nothing was changed."),
        ({"category": "Financial fraud"}, "Nothing was changed."),
        ({}, "Choose what to change."),
        ({"type": "nonsense"}, "Select a valid choice"),
    ],
)
def test_all_change_or_none(web: Client, setup: Setup, fields: dict[str, str], reason: str) -> None:
    before = list(Attribute.objects.order_by("pk").values())
    html = text_of(act(web, setup, "edit", every(web, setup, "type=domain&type=url", apply="1", **fields)))
    assert reason in html
    assert 'name="every" value="1"' in html
    assert list(Attribute.objects.order_by("pk").values()) == before


def test_values_do_not_become_doubles(web: Client, setup: Setup) -> None:
    twin = setup.attribute(HIDDEN)
    Attribute.objects.filter(pk=twin.pk).update(object=None)
    other = setup.attribute("198.51.100.23")
    Attribute.objects.filter(pk=other.pk).update(type="hostname", value1=HIDDEN, category=twin.category)
    html = text_of(act(web, setup, "edit", {"pk": str(other.pk), "apply": "1", "type": "domain"}))
    assert "already has this value" in html
    assert Attribute.objects.get(pk=other.pk).type == "hostname"
