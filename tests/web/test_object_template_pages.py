"""Object templates, noticelists and import expressions on the web."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.factories import make_role, make_user
from tests.factories.seed import Seed
from tests.web import accounts
from tests.web.signed_in import signed_in
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.intel.services.events import add_event
from vardkase.intel.services.objects import add_object
from vardkase.knowledge.import_expressions.models import ImportExpression
from vardkase.knowledge.noticelists.models import Noticelist, NoticelistEntry
from vardkase.knowledge.object_templates import loader
from vardkase.knowledge.object_templates.models import ObjectTemplate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = "<script>alert(1)</script>"
FILE = {
    "uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
    "name": "email",
    "meta-category": "network",
    "description": "A message",
    "version": 3,
    "attributes": {
        "subject": {"misp-attribute": "email-subject", "ui-priority": 1, "description": "Its title"},
        "from": {"misp-attribute": "email-src", "ui-priority": 9, "multiple": True},
        "kind": {"misp-attribute": "text", "values_list": ["spam", "fraud"]},
    },
    "required": ["subject"],
    "requiredOneOf": ["from", "kind"],
}
OWN = {
    "name": "gauge",
    "meta-category": "misc",
    "version": 1,
    "attributes": {"level": {"misp-attribute": "float"}},
}


@pytest.fixture
def packaged() -> ObjectTemplate:
    loader.store([{**FILE, "version": 2}])
    loader.store([FILE])
    return ObjectTemplate.objects.get(version=3)


@pytest.fixture
def maker(seed: Seed) -> User:
    return make_user(
        seed.org_a, make_role("Maker", frozenset({Permission.OBJECT_TEMPLATE})), "maker@a.example"
    )


@pytest.fixture
def keeper(seed: Seed) -> User:
    return make_user(
        seed.org_a, make_role("Keeper", frozenset({Permission.REGEXP_ACCESS})), "keeper@a.example"
    )


def test_everyone_finds_and_opens_templates(seed: Seed, packaged: ObjectTemplate) -> None:
    client = signed_in(seed.reader)
    address = reverse("object_templates")
    for query, names in (("", ["email"]), ("q=mejl", ["email"]), ("q=weather", []), ("state=off", [])):
        rows = client.get(f"{address}?{query}").context["rows"]
        assert [template.name for template, _used in rows] == names, query
    page = client.get(reverse("object_template", args=[packaged.pk]))
    assert [(row.element.object_relation, row.needed, row.one_of) for row in page.context["rows"]] == [
        ("subject", True, False),
        ("from", False, True),
        ("kind", False, True),
    ]
    assert [version.version for version in page.context["versions"]] == [3, 2]
    assert client.get(reverse("object_template", args=[10**9])).status_code == 404
    for text in ("x", "1" * 9):
        assert client.get(f"{address}?from_row={text}").status_code == 200


def test_use_of_templates_counts_visible_objects_only(seed: Seed, packaged: ObjectTemplate) -> None:
    held = {
        "name": "email",
        "template_uuid": FILE["uuid"],
        "template_version": "3",
        "Attribute": [
            {"type": "email-subject", "object_relation": "subject", "value": "Hello"},
            {"type": "text", "object_relation": "kind", "value": "spam"},
        ],
    }
    event = add_event(seed.analyst.actor, {"info": "Ours", "distribution": 0})
    add_object(seed.analyst.actor, event.event_id, held)

    def used(person: object) -> int:
        rows = signed_in(person).get(reverse("object_templates")).context["rows"]  # type: ignore[arg-type]
        return int(rows[0][1])

    assert (used(seed.colleague), used(seed.stranger)) == (1, 0)


def test_site_administrator_switches_templates(seed: Seed, packaged: ObjectTemplate) -> None:
    off = reverse("object_template_off", args=[packaged.pk])
    assert signed_in(seed.org_admin).post(off).status_code == 403
    boss = signed_in(seed.site_admin)
    assert boss.get(off).status_code == 405
    for _ in range(2):
        boss.post(off)
        assert not ObjectTemplate.objects.filter(active=True).exists()
    rows = boss.get(f"{reverse('object_templates')}?state=off").context["rows"]
    assert [template.version for template, _used in rows] == [3]
    answer = boss.post(reverse("object_template_on", args=[packaged.pk]), {"back": "view"})
    assert answer.headers["Location"] == reverse("object_template", args=[packaged.pk])
    assert list(ObjectTemplate.objects.filter(active=True).values_list("version", flat=True)) == [3]


def test_maker_writes_own_template(maker: User) -> None:
    client = accounts.signed_in(maker)
    client.post(reverse("object_template_create_json"), {"definition": json.dumps(OWN)})
    made = ObjectTemplate.objects.get()
    assert (made.name, made.fixed, made.org_id) == ("gauge", False, maker.org_id)
    edit = reverse("object_template_edit_json", args=[made.pk])
    shown = json.loads(client.get(edit).context["form"]["definition"].value())
    assert "version" not in shown
    client.post(edit, {"definition": json.dumps({**shown, "description": "How high"})})
    newest = ObjectTemplate.objects.get(active=True)
    assert (newest.version, newest.description) == (2, "How high")
    delete = reverse("object_template_delete", args=[newest.pk])
    assert client.get(delete).status_code == 200
    client.post(delete)
    assert ObjectTemplate.objects.get().version == 1


def test_bad_definitions_are_refused_with_their_place(maker: User) -> None:
    client = accounts.signed_in(maker)
    wrong = {**OWN, "attributes": {"level": {"misp-attribute": "colour"}}}
    twice = '{"name": "a", "name": "b"}'
    for text in ("", "{", "[]", "[" * 100_000, twice, json.dumps(wrong)):
        page = client.post(reverse("object_template_create_json"), {"definition": text})
        assert page.status_code == 422, text[:20]
    assert "attributes.level.misp-attribute" in page.content.decode()
    assert not ObjectTemplate.objects.exists()


def test_others_templates_are_not_changed(seed: Seed, packaged: ObjectTemplate, maker: User) -> None:
    foreign = {**OWN, "uuid": str(uuid4())}
    loader.store([foreign], loader.Owner(seed.stranger.user.pk, seed.org_c.pk))
    other = ObjectTemplate.objects.get(name="gauge")
    client = accounts.signed_in(maker)
    for template in (packaged, other):
        for name in ("object_template_edit", "object_template_edit_json", "object_template_delete"):
            address = reverse(name, args=[template.pk])
            sent = {"definition": json.dumps({**OWN, "name": "mine now"})}
            assert client.post(address, sent).status_code == 403, (name, template)
        assert address not in client.get(reverse("object_template", args=[template.pk])).content.decode()
    sent = {"definition": json.dumps({**foreign, "version": 9})}
    assert client.post(reverse("object_template_create_json"), sent).status_code == 422
    for person in (seed.reader, seed.analyst, seed.org_admin):
        answer = signed_in(person).post(
            reverse("object_template_create_json"), {"definition": json.dumps(OWN)}
        )
        assert answer.status_code == 403
        assert signed_in(person).post(reverse("object_templates_update")).status_code == 403
    assert ObjectTemplate.objects.count() == 3


def test_noticelist_is_opened_and_switched(seed: Seed) -> None:
    made = Noticelist.objects.create(name="gdpr", expanded_name="Data protection", geographical_area=["EU"])
    words = {"en": "Think first", "sv": "Tänk efter först"}
    data = {"scope": ["attribute"], "field": ["category"], "value": ["Person"], "message": words}
    for each in (data, {"message": "Plain"}, {"message": {"fr": "Pensez"}}, {}):
        NoticelistEntry.objects.create(noticelist=made, data=each)
    client = signed_in(seed.reader)
    assert client.get(reverse("noticelists")).context["rows"][0].notices == 4
    notices = client.get(reverse("noticelist", args=[made.pk])).context["notices"]
    assert [notice.message for notice in notices] == ["Tänk efter först", "Plain", "Pensez", ""]
    on = reverse("noticelist_on", args=[made.pk])
    for person in (seed.reader, seed.org_admin):
        assert signed_in(person).post(on).status_code == 403
        assert signed_in(person).post(reverse("noticelists_update")).status_code == 403
    boss = signed_in(seed.site_admin)
    assert boss.post(reverse("noticelist_on", args=[10**9])).status_code == 404
    boss.post(on)
    assert Noticelist.objects.get().enabled
    boss.post(reverse("noticelist_off", args=[made.pk]), {"back": "view"})
    assert not Noticelist.objects.get().enabled


def test_keeper_writes_import_expressions(seed: Seed, keeper: User) -> None:
    client = accounts.signed_in(keeper)
    new = reverse("import_expression_create")
    client.post(new, {"regexp": "/^http:/i", "replacement": "http:", "type": "url"})
    client.post(new, {"regexp": "/ test$/", "replacement": "", "type": "ALL"})
    first, second = ImportExpression.objects.order_by("pk")
    assert (first.replacement, second.regexp) == ("http:", "/ test$/")
    for sent in (
        {"regexp": "hxxp", "type": "ALL"},
        {"regexp": "/(/", "type": "ALL"},
        {"regexp": "/a/", "replacement": "$3", "type": "ALL"},
        {"regexp": "/a/", "type": "colour"},
    ):
        assert client.post(new, sent).status_code == 422, sent
    edit = reverse("import_expression_edit", args=[first.pk])
    assert client.get(edit).context["form"]["regexp"].value() == "/^http:/i"
    client.post(edit, {"regexp": "/^http:/i", "replacement": "https:", "type": "url"})
    reader = signed_in(seed.reader)
    assert [row.replacement for row in reader.get(reverse("import_expressions")).context["rows"]] == [
        "https:",
        "",
    ]
    address = reverse("import_expressions_test")
    page = reader.post(address, {"type": "url", "values": "hxxp://a.example/\nhttps://b.example/\nno test"})
    assert [after for _value, _before, after in page.context["rows"]] == [
        "https://a.example/",
        "https://b.example/",
        None,
    ]
    assert reader.post(address, {"type": "url", "values": ""}).status_code == 422
    delete = reverse("import_expression_delete", args=[second.pk])
    assert client.get(delete).status_code == 200
    client.post(delete)
    assert list(ImportExpression.objects.all()) == [first]


def test_only_keepers_change_import_expressions(seed: Seed) -> None:
    row = ImportExpression.objects.create(regexp="/kept/")
    sent = {"regexp": "/other/", "replacement": "", "type": "ALL"}
    for person in (seed.reader, seed.analyst, seed.org_admin):
        client = signed_in(person)
        for address in (
            reverse("import_expression_create"),
            reverse("import_expression_edit", args=[row.pk]),
            reverse("import_expression_delete", args=[row.pk]),
        ):
            assert client.post(address, sent).status_code == 403
            assert address not in client.get(reverse("import_expressions")).content.decode()
    assert [row.regexp for row in ImportExpression.objects.all()] == ["/kept/"]


def test_texts_are_escaped(seed: Seed, maker: User, keeper: User) -> None:
    hostile = {
        **OWN,
        "uuid": str(uuid4()),
        "name": HOSTILE,
        "description": HOSTILE,
        "attributes": {HOSTILE: {"misp-attribute": "text", "description": HOSTILE, "values_list": [HOSTILE]}},
    }
    loader.store([hostile], loader.Owner(maker.pk, seed.org_a.pk))
    template = ObjectTemplate.objects.get()
    noticelist = Noticelist.objects.create(name=HOSTILE, expanded_name=HOSTILE, ref=[HOSTILE])
    NoticelistEntry.objects.create(
        noticelist=noticelist, data={"message": {"sv": HOSTILE}, "field": [HOSTILE], "value": [HOSTILE]}
    )
    expression = ImportExpression.objects.create(regexp=f"/{HOSTILE}/", replacement=HOSTILE, type="ALL")
    making, keeping = accounts.signed_in(maker), accounts.signed_in(keeper)
    pages = [
        making.get(reverse(name, args=args))
        for name, args in (
            ("object_templates", []),
            ("object_template", [template.pk]),
            ("object_template_edit", [template.pk]),
            ("object_template_delete", [template.pk]),
            ("noticelists", []),
            ("noticelist", [noticelist.pk]),
        )
    ]
    pages += [
        keeping.get(reverse("import_expressions")),
        keeping.get(reverse("import_expression_edit", args=[expression.pk])),
        keeping.get(reverse("import_expression_delete", args=[expression.pk])),
        keeping.post(reverse("import_expressions_test"), {"type": "text", "values": HOSTILE}),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
