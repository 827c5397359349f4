"""Two officers register keys and open a sealed link together; every way in which one of them could do it alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pyrage
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from pyrage.x25519 import Identity
from typer.testing import CliRunner, Result

from tests.factories import make_user
from tests.factories.content_access import in_browser
from tests.factories.memberships import make_desk, staff_of
from tests.factories.sealed_links import AUTHOR, code_for, sealed_link, with_officer_key
from tests.factories.seed import ApiUser, Seed
from tests.identity.two_people import approved, at_screen, the_request
from tests.web.accounts import confirm, signed_in
from vardkase.audit.models import AuditEntry
from vardkase.cli.main import commands
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.instance.findings import sealed_links_advice
from vardkase.hub.sealed_links import keys, opening, queries
from vardkase.hub.sealed_links.access_after_restore import OFFICER_KEYS
from vardkase.hub.sealed_links.container import PAYLOAD, SIZE, NotASealedLink, SealedIdentity, unpack
from vardkase.hub.sealed_links.health import check
from vardkase.hub.sealed_links.hooks import SealOpened, seal_opened
from vardkase.hub.sealed_links.models import OfficerKey, SealedLink, SealOpening
from vardkase.hub.sealed_links.problems import SealedLinkProblem
from vardkase.hub.sealed_links.sealing import forget, seal, store
from vardkase.identity.access.actor import console_actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User

pytestmark = pytest.mark.usefixtures("password_is_enough")
WHY = "Utgivaren kan vara utsatt för ett angrepp."


@pytest.fixture(autouse=True)
def _with_mail(settings: pytest.FixtureRequest) -> None:
    settings.BASE_URL, settings.VARDKASE_SMTP_HOST = "https://hub.example", "127.0.0.1"  # type: ignore[attr-defined]


def run(*words: object) -> Result:
    return CliRunner().invoke(commands, [str(each) for each in ("sealed-link", *words)])


def test_officers_register_keys_and_open_a_link_together(seed: Seed, tmp_path: Path) -> None:
    desk = make_desk(seed)
    jurist = staff_of(seed, "jurist@hub.example", "legal_officer")
    files = {name: tmp_path / f"{name}.key" for name in ("officer", "jurist")}

    with pytest.raises(Conflict):
        seal(AUTHOR)
    for who, second in ((desk.officer, jurist), (jurist, desk.officer)):
        register(who, second, files[who.user.email.partition("@")[0]], tmp_path)
    assert queries.status().valid == 2
    told = set(OutgoingMail.objects.filter(subject__contains="nyckel").values_list("recipient", flat=True))
    assert {"officer@hub.example", "second@hub.example", "jurist@hub.example"} <= told

    about = store(uuid4(), seal(AUTHOR)).about
    heard: list[SealOpened] = []
    seal_opened.register(heard.append)
    try:
        client = signed_in(desk.officer.user)
        confirm(client, desk.officer.user)
        page = client.post(reverse("sealed_link_open"), {"uuid": str(about), "reason": WHY}, follow=True)
        assert page.redirect_chain[-1][0].startswith("/approval-requests/")
        opened: SealOpening = approved(jurist.user)
    finally:
        seal_opened._listeners.remove(heard.append)
    assert heard == [SealOpened(about, WHY)]
    entry = AuditEntry.objects.get(action="sealed_link.opened")
    assert (entry.actor_name, entry.change["proposed_by"], entry.change["reason"]) == (
        "jurist@hub.example",
        "officer@hub.example",
        WHY,
    )

    # Each fetches the same file on the page; the outer layer is one officer's, the inner the other's.
    fetched = {}
    for each in (desk.officer.user, jurist.user):
        client = signed_in(each)
        confirm(client, each)
        assert "sealed-link open" in client.get(reverse("seal_opening", args=[opened.pk])).content.decode()
        answer = client.post(reverse("seal_opening_file", args=[opened.pk]))
        fetched[each.email] = answer.getvalue()
    assert len(set(fetched.values())) == 1
    assert AuditEntry.objects.filter(action="sealed_link.file_fetched").count() == 2
    file = tmp_path / "released.age"
    file.write_bytes(fetched["officer@hub.example"])
    first, last = (
        ("officer", "jurist") if opened.outer_key.owner == desk.officer.user else ("jurist", "officer")
    )
    assert run("open", file, "--key", files[last]).exit_code == 1, "the other layer"
    assert run("open", file, "--key", files[first]).exit_code == 0
    inner = tmp_path / "released-inner.age"
    assert run("open", inner, "--key", files[first]).exit_code == 1, "one alone"
    assert run("open", inner, "--key", files[last]).stdout.splitlines() == [
        "Organisation: Åmåls kommun (0e7d4a52-6f19-4c0f-9d38-b1a1f8a5c0de)",
        "Person: karin@amal.example",
    ]


def register(who: ApiUser, second: ApiUser, file: Path, folder: Path) -> None:
    """On the page, with the commands, as an officer does."""
    made = run("key", file)
    again, nowhere = run("key", file), run("key", folder / "none" / "a.key")
    assert (again.exit_code, nowhere.exit_code) == (1, 1)
    assert ("exists already" in again.output, "no folder" in nowhere.output) == (True, True)
    public = made.stdout.strip()
    client = signed_in(who.user)
    confirm(client, who.user)
    address = reverse("officer_key_new")
    page = client.post(address, {"recipient": public})
    sealed = folder / "challenge.age"
    assert "-----BEGIN AGE ENCRYPTED FILE-----" in page.content.decode()
    sealed.write_bytes(client.post(address, {"recipient": public, "act": "save"}).getvalue())
    code = run("challenge", sealed, "--key", file).stdout.strip()
    wrong = client.post(address, {"recipient": public, "code": "A" * 16, "reason": "Första nyckeln"})
    assert (wrong.status_code, ApprovalRequest.objects.filter(state="waiting").count()) == (422, 0)
    client.post(address, {"recipient": public, "code": code.lower(), "reason": "Första nyckeln"})
    request = the_request()
    read = signed_in(second.user).get(reverse("approval_request", args=[request.pk])).content.decode()
    assert made.stderr.strip().removeprefix("Fingerprint: ") in read
    approved(second.user)


def test_private_keys_and_strange_keys_are_refused(seed: Seed) -> None:
    desk, made = make_desk(seed), Identity.generate()
    with_officer_key(desk.second.user)
    officer = in_browser(desk.officer.user)
    client = signed_in(desk.officer.user)
    confirm(client, desk.officer.user)
    for given in (str(made), f"age1 {str(made).lower()}", "AGE-PLUGIN-YUBIKEY-1QQ"):
        page = client.post(reverse("officer_key_new"), {"recipient": given, "code": "x", "reason": WHY})
        assert (page.status_code, given in page.content.decode()) == (422, False), "not sent back either"
        assert str(SealedLinkProblem.PRIVATE_KEY()) in page.content.decode()
        assert str(made) not in str(dict(client.session))
    known = OfficerKey.objects.get().recipient
    for given, problem in (
        ("ssh-ed25519 AAAA", SealedLinkProblem.NOT_A_KEY),
        ("age1" + "q" * 300, SealedLinkProblem.NOT_A_KEY),
        (
            "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
            SealedLinkProblem.NEEDS_PLUGIN,
        ),
        (known, SealedLinkProblem.KEY_KNOWN),
    ):
        with pytest.raises(Invalid) as refused:
            keys.challenge(officer, given)
        assert refused.value.has(problem)
    # Nobody but officers of the hub: no operator, no member, nobody at the console, no officer of another organisation.
    for who in (
        in_browser(desk.operator.user),
        in_browser(desk.admin.user),
        console_actor(seed.hub.pk, "Hub", "root"),
    ):
        with pytest.raises(Forbidden):
            keys.challenge(who, str(made.to_public()))
        with pytest.raises(Forbidden):
            opening.propose_opening(who, uuid4(), WHY)
        with pytest.raises((Forbidden, PermissionDenied)):
            queries.find_opening(who, 1) if who.user_id else queries.keys(who)
    assert not ApprovalRequest.objects.exists()


def test_nobody_gets_two_keys_of_a_pair(seed: Seed) -> None:
    desk = make_desk(seed)
    officer, second = in_browser(desk.officer.user), desk.second.user
    with_officer_key(desk.officer.user)

    def propose(who: User) -> ApprovalRequest:
        made, actor = Identity.generate(), in_browser(who)
        return keys.propose_key(actor, str(made.to_public()), code_for(actor, made), WHY)

    # A second key replaces the first: the officer still has one. What others propose meanwhile can be approved.
    waiting = propose(second)
    approved(second, propose(desk.officer.user))
    assert [key.owner_id for key in queries.valid_keys()] == [officer.user_id]
    approved(desk.officer.user, waiting)
    assert {key.owner_id for key in queries.valid_keys()} == {officer.user_id, second.pk}
    OfficerKey.objects.filter(owner=second).update(withdrawn_at=timezone.now())
    # A code is of one key and one officer: what another was given proves nothing.
    made = Identity.generate()
    with pytest.raises(Invalid):
        keys.propose_key(in_browser(second), str(made.to_public()), code_for(officer, made), WHY)
    # Another account of the same person.
    twin = make_user(seed.hub, second.role, "officer+2@hub.example", staff_roles=["legal_officer"])
    with pytest.raises(Forbidden) as refused:
        propose(twin)
    assert refused.value.has(SealedLinkProblem.SAME_PERSON)
    # What was approved is this key: altered in the database, it is not added.
    request = propose(second)
    ApprovalRequest.objects.filter(pk=request.pk).update(
        parameters={"recipient": str(Identity.generate().to_public())}
    )
    with pytest.raises(Conflict):
        approved(desk.officer.user, request)
    # No more than as many as the constant size has room for.
    for number in range(5):
        with_officer_key(staff_of(seed, f"officer{number}@hub.example", "legal_officer").user)
    with pytest.raises(Forbidden) as refused:
        propose(second)
    assert refused.value.has(SealedLinkProblem.TOO_MANY_KEYS)
    assert len(seal(AUTHOR)) == SIZE


def test_one_officer_an_outsider_or_an_altered_link_opens_nothing(seed: Seed) -> None:
    desk = make_desk(seed)
    officer, second = desk.officer.user, desk.second.user
    third = staff_of(seed, "third@hub.example", "legal_officer").user
    for each in (officer, second):
        with_officer_key(each)
    about = sealed_link()
    with_officer_key(third)  # After the link was sealed.
    for who in (third, staff_of(seed, "keyless@hub.example", "legal_officer").user):
        with pytest.raises(Forbidden) as refused:
            opening.propose_opening(in_browser(who), about, WHY)
        assert refused.value.has(SealedLinkProblem.NO_KEY_IN_LINK)
    with pytest.raises(NotFound):
        opening.propose_opening(in_browser(officer), uuid4(), WHY)
    with pytest.raises(Invalid):
        opening.propose_opening(in_browser(officer), about, " ")
    request = opening.propose_opening(in_browser(officer), about, WHY)
    for who in (officer, third, desk.operator.user):
        with pytest.raises((Forbidden, NotFound)):
            approved(who, request)

    # The link is exchanged for one to somebody else, which anybody can seal; or for that of another event.
    link = SealedLink.objects.get()
    original = bytes(link.content)
    forged = seal(SealedIdentity("x", "Någon annan", "oskyldig@b.example"))
    other = SealedLink.objects.get(about=sealed_link())
    refusals = AuditEntry.objects.filter(action="sealed_link.refused", target_uuid=about)
    for change in (
        {"content": forged},
        {"content": original[:-9] + b"x" * 9},
        {"content": bytes(other.content), "keys": other.keys, "proof": other.proof},
        {"keys": link.keys[:1] * 2},
        {"proof": "0" * 64},
    ):
        SealedLink.objects.filter(about=about).update(**change)
        before = refusals.count()
        with pytest.raises((Conflict, Forbidden)):
            approved(second, request)
        ApprovalRequest.objects.filter(pk=request.pk).update(state="waiting")
        with pytest.raises(Conflict):
            opening.propose_opening(in_browser(officer), about, WHY)
        assert refusals.count() == before + 2, "both are on record"
        assert (check().state, check().facts["altered"]) == ("bad", 1)
        SealedLink.objects.filter(about=about).update(content=original, keys=link.keys, proof=link.proof)
    with pytest.raises(NotASealedLink):
        store(uuid4(), original[:-1])

    opened: SealOpening = approved(second, request)
    with pytest.raises(Conflict):
        approved(second, request)  # Once.
    assert opening.fetch_file(at_screen(officer), opened.pk)
    for who in (third, desk.operator.user, desk.admin.user):
        with pytest.raises(Forbidden):
            opening.fetch_file(at_screen(who), opened.pk)
    with pytest.raises(Forbidden):
        opening.fetch_file(console_actor(seed.hub.pk, "Hub", "root"), opened.pk)
    SealedLink.objects.filter(about=about).update(content=forged)
    with pytest.raises(Conflict):
        opening.fetch_file(at_screen(officer), opened.pk)
    assert refusals.count() == before + 3
    SealedLink.objects.filter(about=about).update(content=original)
    # A former officer, and an opening of last week.
    User.objects.filter(pk=officer.pk).update(staff_roles=[])
    with pytest.raises(Forbidden):
        opening.fetch_file(at_screen(officer), opened.pk)
    SealOpening.objects.update(ends_at=timezone.now())
    with pytest.raises(Conflict):
        opening.fetch_file(at_screen(second), opened.pk)
    forget(about)
    assert not SealedLink.objects.filter(about=about).exists()


def test_keys_that_end_and_officers_who_leave(seed: Seed) -> None:
    desk = make_desk(seed)
    officer, second = desk.officer.user, desk.second.user
    third = staff_of(seed, "third@hub.example", "legal_officer").user
    assert check().state == "ok", "no hub has to publish anonymously"
    for each in (officer, second, third):
        with_officer_key(each)
    about = sealed_link()
    assert (queries.status().openable, queries.status().frail, check().state) == (1, 0, "ok")

    # Nothing is sealed to a key that somebody has written into the database.
    fourth = staff_of(seed, "fourth@hub.example", "legal_officer").user
    with_officer_key(fourth)
    OfficerKey.objects.filter(owner=fourth).update(proof=OfficerKey.objects.filter(owner=third).get().proof)
    assert (len(queries.valid_keys()), check().state, len(list(sealed_links_advice(check().facts)))) == (
        3,
        "bad",
        1,
    )
    OfficerKey.objects.filter(owner=fourth).delete()

    # An expired key seals nothing more, and still opens what was sealed to it.
    OfficerKey.objects.filter(owner=third).update(expires_at=timezone.now())
    assert len({key for pair in unpack(seal(AUTHOR)) for key in pair}) == 2
    OfficerKey.objects.filter(owner=second).update(expires_at=timezone.now() + timedelta(days=9))
    assert (queries.status().valid, queries.status().lasting, check().state) == (2, 1, "warn")
    opening.propose_opening(in_browser(third), about, WHY)
    opened: SealOpening = approved(officer)

    # A withdrawn one opens nothing, not even what was approved before.
    before = OFFICER_KEYS.capture()
    mine, others = (OfficerKey.objects.get(owner=each).pk for each in (officer, second))
    with pytest.raises(Forbidden):
        keys.withdraw_own_key(in_browser(officer), others, WHY)
    keys.withdraw_own_key(in_browser(officer), mine, WHY)
    with pytest.raises(Conflict):
        keys.withdraw_own_key(in_browser(officer), mine, WHY)
    with pytest.raises(Conflict):
        opening.fetch_file(at_screen(third), opened.pk)
    with pytest.raises(Forbidden):
        opening.propose_opening(in_browser(officer), about, WHY)
    assert (queries.status().frail, check().state) == (1, "bad")
    assert OutgoingMail.objects.filter(subject__contains="terkallad nyckel", recipient=third.email).exists()

    # A backup from before: the key is withdrawn again.
    OfficerKey.objects.update(withdrawn_at=None)
    after = {pk: value for pk, value in before.items() if pk != str(mine)}
    assert OFFICER_KEYS.withdraw(after, timezone.now()) == 1
    assert OfficerKey.objects.get(pk=mine).withdrawn_at

    # An officer leaves: the link can never be opened, and everybody who looks sees it.
    User.objects.filter(pk=third.pk).update(disabled=True)
    assert (queries.status().unopenable, queries.status().valid) == (1, 1)
    page = signed_in(second).get(reverse("sealed_links"), headers={"Accept-Language": "sv"}).content.decode()
    assert "1 länk kan aldrig öppnas" in page
    with pytest.raises(Forbidden):
        opening.propose_opening(in_browser(officer), about, WHY)
    shown = run("status", "--json").stdout
    assert '"can_never_be_opened": 1' in shown


def test_size_says_nothing_of_who_it_is(seed: Seed) -> None:
    desk = make_desk(seed)
    private = [with_officer_key(each) for each in (desk.officer.user, desk.second.user)]
    for identity in (
        AUTHOR,
        SealedIdentity("u" * 36, "Å" * 255, "ö" * 200 + "@b.example"),
        SealedIdentity("", "", ""),
    ):
        sealed = seal(identity)
        assert len(sealed) == SIZE
        (file,) = unpack(sealed).values()
        for outer, inner in (private, reversed(private)):
            try:
                plain = pyrage.decrypt(pyrage.decrypt(file, [outer]), [inner])
            except pyrage.DecryptError:
                continue
            assert len(plain) == PAYLOAD
    assert b"Kommun" not in sealed
