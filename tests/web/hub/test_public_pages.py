"""The public page: its contents, that it covers the FAQ, and how the hub owner edits it."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from tests.factories.applications import staff
from tests.factories.seed import Seed
from tests.hub.membership import phase_approvals
from tests.web.accounts import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.hub.public_pages import queries, services
from vardkase.hub.public_pages.passages import LANGUAGES, PassagePart, shipped
from vardkase.identity.accounts.staff import StaffRole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

FACTS = {
    "the criteria are in the terms": (r"kriterierna .* allmänna villkoren", r"criteria .* general terms"),
    "what is published is a received document": (r"inkommen handling", r"document received"),
    "by the agency as well": (r"dit hör myndigheten för civilt försvar", r"civil defence agency"),
    "who is asked assesses": (r"får begäran bedömer", r"gets the request assesses"),
    "and should consult": (r"bör då samråda med den medlem", r"should then consult the member"),
    "two pillars": (r"två ben", r"two pillars"),
    "no threat actor gets in": (r"hotaktör ska inte", r"threat actors must not"),
    "the level asked for": (
        r"cybersäkerhetslagen \(2025:1506\), iso 27001/2 eller båda",
        r"cybersecurity act \(2025:1506\), iso 27001/2 or both",
    ),
    "in their role": (r"i sin roll i organisationen", r"only in their role"),
    "from its equipment": (r"från organisationens utrustning", r"from the organisation's equipment"),
    "more for the API": (r"via api möter fler krav", r"further requirements apply to connections by api"),
    "security goes on": (r"arbetar löpande med säkerheten", r"works on security continuously"),
    "the supplier is procured": (r"har upphandlat", r"procured by"),
    "data centre and application": (
        r"datacenter.*förvaltning och utveckling",
        r"data centre.*develops the application",
    ),
    "helps support": (
        r"kundtjänst, särskilt med anslutningar",
        r"support, especially with",
    ),
    "three places to read": (
        r"misp-project\.org.*circl\.lu/doc/misp.*misp-training",
        r"misp-project\.org.*circl\.lu/doc/misp.*misp-training",
    ),
    "value both ways": (
        r"värde kan det ge er, och vilket värde kan ni ge",
        r"can it do for you, and what can you do for others",
    ),
    "now and target": (
        r"nuläge och börläge för teknik, processer och resurser",
        r"technology, processes and resources",
    ),
    "involve the roles": (r"ta med de roller", r"involve everyone concerned"),
    "start anyway": (r"ändå skäl att komma igång", r"you can start with misp"),
    "the form and its address": (r"anslutningsformuläret.*{address}", r"connection form.*{address}"),
    "the owner decides": (r"ansökan bedöms av {owner}", r"application is assessed by {owner}"),
    "API or web": (r"via api.*webbgränssnittet", r"by api.*web interface"),
    "the owner supports": (r"stöd av {owner}", r"support from {owner}"),
    "routines": (r"tydliga rutiner.*skapa händelser", r"clear processes.*create events"),
    "the policy and training": (r"intern misp-policy och utbilda", r"internal misp policy and train"),
    "phase 1": (r"15 december 2025.*mindre antal.*utvärdera", r"15 december 2025.*small number.*evaluate"),
    "phase 2": (r"23 februari 2026", r"23 february 2026"),
    "phase 3": (r"förstärkt lagstöd.*första kvartalet 2026", r"legal grounds.*first quarter of 2026"),
    "not security-sensitive": (r"säkerhetsskyddslagen \(2018:585\)", r"protective security act \(2018:585\)"),
    "controller": (
        r"personuppgiftsansvaret regleras i de allmänna villkoren",
        r"general terms state who is the controller",
    ),
    "anonymous, later": (
        r"ingen särskild lösning.*under 2026.*delegera",
        r"not at first.*2026.*delegate",
    ),
    "no processor": (
        r"inte tjänsten på uppdrag av medlemmarna",
        r"does not provide the service on the members' behalf",
    ),
}
"""Each fact of the operator's FAQ, and a pattern for it in Swedish and in English."""

WORDS = {
    "title_sv": "Vad kostar det?",
    "title_en": "What does it cost?",
    "text_sv": "Inget. Se <https://example.org/pris>.",
    "text_en": "**Nothing**, <script>alert(1)</script> [ill](javascript:alert(1)) ![seen](https://spy.example/x.png)",
    "number": "0",
}


@pytest.mark.parametrize("place", [0, 1], ids=LANGUAGES)
def test_page_covers_faq(place: int) -> None:
    language = LANGUAGES[place]
    words = [each.in_language(language) for each in shipped()]
    text = " ".join(f"{each.title} {each.lead} {each.text}" for each in words).casefold()
    text = re.sub(r"\s+", " ", text)
    missing = [fact for fact, patterns in FACTS.items() if not re.search(patterns[place], text)]
    assert missing == []


def test_both_languages_have_same_passages() -> None:
    assert all(set(each.words) == set(LANGUAGES) for each in shipped())
    assert len([each for each in shipped() if each.part is PassagePart.STEP]) == 6


def test_visitor_starts_at_public_page_and_signs_in_by_one_click(client: Client) -> None:
    page = client.get("/", headers={"Accept-Language": "sv"})
    html = page.content.decode()
    assert page.status_code == 200
    assert "En varnar. Alla hinner skydda sig." in html
    assert f'href="{reverse("account_login")}"' in html
    assert html.count("<summary>") == len(queries.shown(PassagePart.QUESTION))
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert not re.findall(r'(?:src|<link[^>]*href)="https?://', html), "nothing is loaded from other hosts"
    assert "One warning gives" in client.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert client.get(reverse("public_steps")).status_code == 200


def test_front_page_names_every_open_phase(seed: Seed, client: Client) -> None:
    waiting = client.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert re.search(r"Open to: public sector\s*<", waiting)
    assert waiting.count("Apply now to join the queue.") == 1
    jurist = staff(seed, StaffRole.LEGAL_OFFICER)
    phase_approvals.record_in_force(seed, jurist, "offence_data", date(2026, 3, 1), "SFS 2026:417")
    opened = client.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert re.search(r"Open to: public sector, private sector\s*<", opened)
    assert "join the queue" not in opened
    assert "står ni i kö" not in client.get("/", headers={"Accept-Language": "sv"}).content.decode()


def test_members_start_at_their_overview(seed: Seed) -> None:
    assert "hero" not in signed_in(seed.reader.user).get("/").content.decode()


def test_member_installation_has_no_public_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured, "VARDKASE_PROFILE", "member")
    assert client.get("/").headers["Location"].startswith("/account/login/")
    assert client.get(reverse("public")).status_code == 404
    assert client.get(reverse("public_steps")).status_code == 404


def test_questions_are_searched_in_readers_language(client: Client) -> None:
    def found(text: str, language: str) -> list[str]:
        page = client.get(reverse("public"), {"q": text}, headers={"Accept-Language": language})
        return [each["name"] for each in page.context["question"]]

    assert found("LEVERANTÖR datacenter", "sv") == ["supplier"]
    assert found("data centre", "en") == ["supplier"]
    assert found("xyzzy\0", "sv") == []
    with override("sv"):
        assert len(found("", "sv")) == len(queries.questions("sv"))


def test_owner_previews_and_adds_question(seed: Seed, client: Client) -> None:
    owner = signed_in(seed.site_admin.user)
    seen = owner.post(reverse("question_preview"), WORDS)
    assert "<strong>Nothing</strong>" in seen.content.decode()
    assert (
        "What does it cost?" not in client.get("/about/", headers={"Accept-Language": "en"}).content.decode()
    )
    assert owner.post(reverse("question_add"), WORDS).status_code == 302
    html = client.get("/about/", headers={"Accept-Language": "en"}).content.decode()
    assert "<strong>Nothing</strong>" in html
    assert not re.search(r'<script>|javascript:alert\(1\)"|<img', html)
    assert (
        'href="https://example.org/pris"'
        in client.get("/about/", headers={"Accept-Language": "sv"}).content.decode()
    )
    assert AuditEntry.objects.filter(action="public_passage.added").count() == 1


def test_every_change_is_a_version_that_can_be_restored(seed: Seed) -> None:
    owner = signed_in(seed.site_admin.user)
    address = reverse("passage", args=["question", "join"])
    original = queries.find_passage("question", "join").words
    owner.post(address, WORDS)
    late = owner.post(address, {**WORDS, "title_sv": "Sent"})
    assert late.status_code == 422, "a concurrent edit is refused"
    assert queries.find_passage("question", "join").words["sv"].title == "Vad kostar det?"
    history = owner.get(reverse("passage_versions", args=["question", "join"]))
    assert "Vad kostar det?" in history.content.decode()
    owner.post(reverse("passage_restore", args=["question", "join"]), {"number": "0"})
    owner.post(reverse("passage_restore", args=["question", "join"]), {"number": "99"})
    again = queries.find_passage("question", "join")
    assert (again.words, again.number) == (original, 2)


def test_owner_sets_support_hours(seed: Seed, client: Client) -> None:
    assert "svarar på vardagar" not in client.get(reverse("apply")).content.decode()
    words = {**WORDS, "title_sv": "Fråga oss", "lead_sv": "Vi svarar dygnet runt."}
    signed_in(seed.site_admin.user).post(reverse("passage", args=["help", "customer_service"]), words)
    page = client.get(reverse("apply")).content.decode()
    assert "Vi svarar dygnet runt." in page


def test_texts_name_who_runs_the_hub(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    english = {"Accept-Language": "en"}
    monkeypatch.setattr(queries, "known_owner_name", lambda: "")
    steps = client.get(reverse("public_steps"), headers=english).content.decode()
    assert "send a completed\nform to us." in steps
    assert "It is assessed by us, and you get a decision." in steps
    monkeypatch.setattr(queries, "known_owner_name", lambda: "Myndigheten")
    monkeypatch.setattr(queries, "SENDER_ADDRESS", SimpleNamespace(value="Box 1, info@myndigheten.example"))
    for name in ("public", "public_steps", "apply"):
        page = client.get(reverse(name), headers=english).content.decode()
        assert "{owner}" not in page
        assert "{address}" not in page
        assert "The service is run by Myndigheten." in page
    assert (
        "form to Myndigheten, Box 1, info@myndigheten.example."
        in client.get(reverse("public_steps"), headers=english).content.decode()
    )


def test_question_is_hidden_restored_and_moved(seed: Seed) -> None:
    owner = signed_in(seed.site_admin.user)
    names = [each.name for each in queries.shown(PassagePart.QUESTION)]
    owner.post(reverse("question_show", args=[names[0]]), {"shown": "0"})
    assert [each.name for each in queries.shown(PassagePart.QUESTION)] == names[1:]
    owner.post(reverse("question_show", args=[names[0]]), {"shown": "1"})
    owner.post(reverse("question_move", args=[names[0]]), {"to": "down"})
    owner.post(reverse("question_move", args=[names[-1]]), {"to": "down"})
    assert [each.name for each in queries.shown(PassagePart.QUESTION)] == [names[1], names[0], *names[2:]]


def test_other_roles_cannot_edit_page(seed: Seed, client: Client) -> None:
    member = signed_in(seed.org_admin.user)
    for name, arguments in (
        ("passages", []),
        ("question_add", []),
        ("passage", ["question", "join"]),
        ("passage_versions", ["question", "join"]),
    ):
        assert member.get(reverse(name, args=arguments)).status_code == 403
        assert client.get(reverse(name, args=arguments)).status_code == 302
    for name, arguments in (
        ("question_add", []),
        ("passage", ["question", "join"]),
        ("question_show", ["join"]),
        ("question_move", ["join"]),
        ("passage_restore", ["question", "join"]),
    ):
        assert member.post(reverse(name, args=arguments), WORDS).status_code == 403
    assert queries.last_changed() is None


def test_invalid_passage_is_refused_by_field(seed: Seed) -> None:
    owner = signed_in(seed.site_admin.user)
    refused = owner.post(reverse("question_add"), {**WORDS, "title_en": " ", "lead_sv": "x" * 401})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"title_en", "lead_sv"}
    assert services.LONGEST["lead"] == 400
    assert owner.get(reverse("passage", args=["question", "nothing"])).status_code == 404
