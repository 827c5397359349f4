"""The pages of tags and tag collections."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.api.calls import call
from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_collection, make_tag
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.intel.models import Attribute, AttributeTag, EventTag
from vardkase.knowledge.tag_collections.models import TagCollection
from vardkase.knowledge.taxonomies.models import FavouriteTag, Tag, TagMaker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


@pytest.fixture
def web(seed: Seed) -> Client:
    return in_english(seed.analyst)


def in_english(user: object) -> Client:
    client = signed_in(user)  # type: ignore[arg-type]
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_list_shows_tags_with_what_the_reader_sees_of_their_use(web: Client, seed: Seed) -> None:
    ours, hidden = make_tag("campaign:winter"), make_tag("campaign:reserved", org_id=seed.org_b.pk)
    for organisation in (seed.org_a, seed.org_b):
        event = make_event(organisation)
        event.save()
        EventTag.objects.create(event=event, tag=ours)
    page = web.get("/tags/", {"q": "campaign"})
    (row,) = page.context["rows"]
    assert (row["tag"], row["events"], row["attributes"]) == (ours, 1, 0)
    assert hidden.name not in page.text
    assert "No tag matches" in web.get("/tags/", {"q": "nothing like it"}).text


def test_list_counts_a_hundred_attributes_of_a_tag(web: Client, seed: Seed) -> None:
    tag = make_tag("campaign:winter")
    event = make_event(seed.org_a)
    event.save()
    attributes = [make_attribute(event, type="domain", value1=f"{n}.example") for n in range(101)]
    Attribute.objects.bulk_create(attributes)
    links = [AttributeTag(attribute=attribute, event=event, tag=tag) for attribute in attributes]
    AttributeTag.objects.bulk_create(links[:100])
    assert "100+" not in web.get("/tags/", {"q": "campaign"}).text
    AttributeTag.objects.bulk_create(links[100:])
    assert "100+" in web.get("/tags/", {"q": "campaign"}).text


def test_favourite_is_marked_listed_and_unmarked(web: Client, seed: Seed) -> None:
    tag = make_tag("campaign:winter")
    assert "No favourites yet" in web.get("/tags/", {"scope": "favourites"}).text
    back = web.post(f"/tags/{tag.pk}/favourite/?q=winter")
    assert back.headers["Location"] == f"/tags/?q=winter#row-{tag.pk}"
    assert FavouriteTag.objects.get().user_id == seed.analyst.user.pk
    assert [row["tag"] for row in web.get("/tags/", {"scope": "favourites"}).context["rows"]] == [tag]
    assert signed_in(seed.stranger).get("/tags/", {"scope": "favourites"}).context["rows"] == []
    web.post(f"/tags/{tag.pk}/favourite/")
    assert not FavouriteTag.objects.exists()
    assert web.get(f"/tags/{tag.pk}/favourite/").status_code == 405
    reserved = make_tag("campaign:reserved", org_id=seed.org_b.pk)
    assert web.post(f"/tags/{reserved.pk}/favourite/").status_code == 404


def test_tag_editor_creates_a_tag(seed: Seed) -> None:
    web = in_english(seed.org_admin)
    form = {"name": "campaign:winter", "colour": "#0a5669", "exportable": "on", "org_id": seed.org_a.pk}
    made = web.post("/tags/new/", form, follow=True)
    tag = Tag.objects.get(name="campaign:winter")
    assert (tag.colour, tag.org_id, tag.exportable, tag.hide_tag) == ("#0a5669", seed.org_a.pk, True, False)
    assert tag.name in made.text
    assert AuditEntry.objects.filter(target_id=tag.pk).exists()
    again = web.post("/tags/new/", form)
    assert again.status_code == 422
    assert "There is already a tag with this name." in again.text
    assert web.post("/tags/new/", {**form, "name": "x", "org_id": seed.org_b.pk}).status_code == 422
    assert Tag.objects.count() == 1


def test_name_that_others_made_up_is_answered_as_a_new_one(seed: Seed) -> None:
    tag = Tag.objects.create(name="secret:project", colour="#111111")
    TagMaker.objects.create(tag=tag, org_id=seed.org_b.pk)
    web = in_english(seed.org_admin)
    sent = {"name": tag.name, "colour": "#222222", "exportable": "on", "org_id": 0}
    assert "already a tag" not in web.post("/tags/new/", sent, follow=True).text
    (row,) = web.get("/tags/", {"q": tag.name}).context["rows"]
    assert row["tag"].colour == "#222222"
    tag.refresh_from_db()
    assert tag.colour == "#111111"


def test_site_administrators_edit_and_delete_tags_of_everyone(web: Client, seed: Seed) -> None:
    tag = make_tag("campaign:winter")
    for client in (web, signed_in(seed.org_admin), signed_in(seed.reader)):
        assert client.get(f"/tags/{tag.pk}/edit/").status_code == 403
        assert client.post(f"/tags/{tag.pk}/edit/", {"name": "x", "org_id": 0}).status_code == 403
        assert client.post(f"/tags/{tag.pk}/delete/").status_code == 403
    assert web.post("/tags/new/", {"name": "x", "org_id": 0}).status_code == 403
    site = in_english(seed.site_admin)
    site.post(f"/tags/{tag.pk}/edit/", {"name": "campaign:frost", "colour": "#123456", "org_id": 0})
    tag.refresh_from_db()
    assert (tag.name, tag.colour, tag.exportable) == ("campaign:frost", "#123456", False)
    taken = make_tag("campaign:ice")
    refused = site.post(f"/tags/{tag.pk}/edit/", {"name": taken.name, "org_id": 0})
    assert refused.status_code == 422
    assert "No event or attribute" in site.get(f"/tags/{tag.pk}/delete/").text
    site.post(f"/tags/{tag.pk}/delete/")
    assert not Tag.objects.filter(pk=tag.pk).exists()


def test_tag_editors_change_and_delete_tags_of_their_organisation(web: Client, seed: Seed) -> None:
    """As long as it is reserved for them: one for everyone may be in use by anybody."""
    ours, theirs = make_tag("ours:one", org_id=seed.org_a.pk), make_tag("theirs:one", org_id=seed.org_b.pk)
    for_all, mine = (
        make_tag("all:one"),
        make_tag("mine:one", org_id=seed.org_a.pk, user_id=seed.analyst.user.pk),
    )
    editor = in_english(seed.org_admin)
    shown = editor.get("/tags/", {"scope": "own"}).text
    assert f"/tags/{ours.pk}/edit/" in shown
    assert f"/tags/{ours.pk}/delete/" in shown
    assert f"/tags/{for_all.pk}/edit/" not in editor.get("/tags/", {"q": "all:"}).text
    assert "Only a site administrator can rename" in editor.get(f"/tags/{ours.pk}/edit/").text
    change = {"name": "hidden:name", "colour": "#123456", "hide_tag": "on", "org_id": seed.org_a.pk}
    assert editor.post(f"/tags/{ours.pk}/edit/", change).status_code == 302
    ours.refresh_from_db()
    assert (ours.name, ours.colour, ours.hide_tag) == ("ours:one", "#123456", True)
    for tag, status in ((for_all, 403), (theirs, 404), (mine, 404)):
        for act in ("edit", "delete"):
            assert editor.post(f"/tags/{tag.pk}/{act}/", change).status_code == status
            answer, _body = call(seed.org_admin.key, "POST", f"/tags/{act}/{tag.pk}", {"colour": "#000000"})
            assert answer == {403: 403, 404: 405}[status]
    assert web.post(f"/tags/{ours.pk}/delete/").status_code == 403
    for refused in ({"name": "other"}, {"org_id": seed.org_b.pk}, {"user_id": seed.analyst.user.pk}):
        assert call(seed.org_admin.key, "POST", f"/tags/edit/{ours.pk}", refused)[0] == 405
    assert call(seed.org_admin.key, "POST", f"/tags/edit/{ours.pk}", {"hide_tag": False})[0] == 200
    assert editor.post(f"/tags/{ours.pk}/delete/").status_code == 302
    assert set(Tag.objects.values_list("pk", flat=True)) == {theirs.pk, for_all.pk, mine.pk}


def test_org_admin_corrects_and_deletes_a_tag_for_everyone_while_it_is_unused(seed: Seed) -> None:
    editor = in_english(seed.org_admin)
    sent = {"name": "campain:winter", "colour": "#0a5669", "exportable": "on", "org_id": 0}
    editor.post("/tags/new/", sent)
    wrong = Tag.objects.get()
    assert f"/tags/{wrong.pk}/edit/" in editor.get("/tags/", {"q": "campain"}).text
    FavouriteTag.objects.create(user=seed.org_admin.user, tag=wrong)
    saved = editor.post(f"/tags/{wrong.pk}/edit/", {**sent, "name": "campaign:winter"}, follow=True)
    right = Tag.objects.get()
    assert (right.name, right.colour, right.exportable) == ("campaign:winter", "#0a5669", True)
    assert FavouriteTag.objects.get().tag == right
    # Taken back by the button in the message, and again.
    assert f'action="/tags/{right.pk}/edit/"' in saved.text
    editor.post(f"/tags/{right.pk}/edit/", sent)
    assert Tag.objects.get().name == "campain:winter"
    editor.post(f"/tags/{Tag.objects.get().pk}/edit/", {**sent, "name": "campaign:winter"})
    tag = Tag.objects.get()

    make_tag("taken:name")
    refused = editor.post(f"/tags/{tag.pk}/edit/", {**sent, "name": "Taken:name"})
    assert refused.status_code == 422
    for person in (seed.analyst, seed.partner):
        assert signed_in(person).post(f"/tags/{tag.pk}/delete/").status_code in (403, 404)

    event = make_event(seed.org_a)
    event.save()
    link = EventTag.objects.create(event=event, tag=tag)
    assert "The tag is in use" in editor.post(f"/tags/{tag.pk}/edit/", {**sent, "name": "x:y"}).text
    assert "The tag is in use" in editor.post(f"/tags/{tag.pk}/delete/", follow=True).text
    assert call(seed.org_admin.key, "POST", f"/tags/delete/{tag.pk}")[0] == 405
    assert TagMaker.objects.filter(tag=tag, org_id=seed.org_a.pk).exists()
    link.delete()
    gone = editor.post(f"/tags/{tag.pk}/delete/", follow=True)
    assert not Tag.objects.filter(pk=tag.pk).exists()
    assert 'action="/tags/new/"' in gone.text
    editor.post("/tags/new/", {**sent, "name": "campaign:winter"})
    assert Tag.objects.filter(name="campaign:winter").exists()


def test_correcting_a_tag_does_not_show_that_others_know_it(seed: Seed) -> None:
    """One that others made first, on an event that is hidden, is corrected and deleted as one's own is."""
    hidden = make_event(seed.org_b, distribution=0)
    hidden.save()
    theirs = Tag.objects.create(name="secret:project", colour="#111111")
    TagMaker.objects.create(tag=theirs, org_id=seed.org_b.pk)
    EventTag.objects.create(event=hidden, tag=theirs)
    editor = in_english(seed.org_admin)
    sent = {"name": theirs.name, "colour": "#222222", "exportable": "on", "org_id": 0}
    answers = []
    for name in (theirs.name, "secret:nothing"):
        editor.post("/tags/new/", {**sent, "name": name}, follow=True)
        (row,) = editor.get("/tags/", {"q": name}).context["rows"]
        changed = editor.post(f"/tags/{row['tag'].pk}/edit/", {**sent, "name": name, "colour": "#333333"})
        (again,) = editor.get("/tags/", {"q": name}).context["rows"]
        renamed = editor.post(f"/tags/{again['tag'].pk}/edit/", {**sent, "name": f"{name}-2"})
        (new,) = editor.get("/tags/", {"q": name}).context["rows"]
        deleted = editor.post(f"/tags/{new['tag'].pk}/delete/")
        listed = editor.get("/tags/", {"q": name}).context["rows"]
        statuses = [answer.status_code for answer in (changed, renamed, deleted)]
        answers.append((row["may_change"], again["tag"].colour, new["tag"].name[-2:], statuses, listed))
    assert answers[0] == answers[1] == (True, "#333333", "-2", [302, 302, 302], [])
    theirs.refresh_from_db()
    assert (theirs.name, theirs.colour, EventTag.objects.get().tag_id) == (
        "secret:project",
        "#111111",
        theirs.pk,
    )


def test_collection_is_created_changed_and_deleted(seed: Seed) -> None:
    web = in_english(seed.org_admin)
    make_tag("campaign:winter")
    make_tag("campaign:frost")
    assert "No tag collections yet" in web.get("/tags/collections/").text
    web.post("/tags/collections/new/", {"name": "Winter", "tags": ["campaign:winter"], "all_orgs": "on"})
    collection = TagCollection.objects.get()
    assert (collection.org_id, collection.all_orgs) == (seed.org_a.pk, True)
    found = web.get("/tags/collections/find/", {"field": "tags", "q_tags": "frost"})
    assert "campaign:frost" in found.text

    edit = f"/tags/collections/{collection.pk}/edit/"
    web.post(edit, {"name": "Frost", "tags": ["campaign:frost"]})
    collection.refresh_from_db()
    names = list(collection.members.values_list("tag__name", flat=True))
    assert (collection.name, collection.all_orgs, names) == ("Frost", False, ["campaign:frost"])
    assert web.post(edit, {"name": "", "tags": ["campaign:winter"]}).status_code == 422
    assert list(collection.members.values_list("tag__name", flat=True)) == ["campaign:frost"]
    web.post(f"/tags/collections/{collection.pk}/delete/")
    assert not TagCollection.objects.exists()


def test_unusable_tag_changes_nothing_in_a_collection(seed: Seed) -> None:
    make_tag("secret:project", org_id=seed.org_b.pk)
    tag = make_tag("campaign:winter")
    collection = make_collection(seed.org_a, tag, name="Winter")
    sent = {"name": "Changed", "tags": ["secret:project"]}
    page = in_english(seed.org_admin).post(f"/tags/collections/{collection.pk}/edit/", sent)
    assert page.status_code == 422
    collection.refresh_from_db()
    assert collection.name == "Winter"
    assert [member.tag for member in collection.members.all()] == [tag]


def test_collections_of_others_are_hidden_or_only_read(web: Client, seed: Seed) -> None:
    tag = make_tag("campaign:winter")
    hidden = make_collection(seed.org_b, tag, name="Hidden")
    shared = make_collection(seed.org_b, tag, name="Shared", all_orgs=True)
    page = web.get("/tags/collections/")
    assert [row["collection"] for row in page.context["rows"]] == [shared]
    admin = signed_in(seed.org_admin)
    sent = {"name": "Taken over"}
    for act in ("edit", "delete"):
        assert admin.post(f"/tags/collections/{hidden.pk}/{act}/", sent).status_code == 404
        assert admin.post(f"/tags/collections/{shared.pk}/{act}/", sent).status_code == 403
        assert web.post(f"/tags/collections/{shared.pk}/{act}/", sent).status_code == 403
    assert web.post("/tags/collections/new/", sent).status_code == 403
    assert set(TagCollection.objects.values_list("name", flat=True)) == {"Hidden", "Shared"}


def test_script_in_names_is_text(seed: Seed) -> None:
    tag = make_tag("x<script>alert(1)</script>")
    make_collection(
        seed.org_a, tag, name="<script>alert(2)</script>", description="<script>alert(3)</script>"
    )
    site = in_english(seed.site_admin)
    pages = ["/tags/", f"/tags/{tag.pk}/edit/", f"/tags/{tag.pk}/delete/"]
    pages += ["/tags/collections/", f"/tags/collections/{TagCollection.objects.get().pk}/edit/"]
    for url in pages:
        assert "<script>alert" not in site.get(url).text
