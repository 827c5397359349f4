"""What members' pages do is also available over the API and at the command line, through the same services."""

from __future__ import annotations

import base64
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from typer.testing import CliRunner

from tests.api.calls import call, send
from tests.factories import make_role
from tests.factories.applications import make_application
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, opened
from tests.factories.officers import officer
from tests.factories.seed import SYNC_USER, ApiUser, Seed
from tests.hub.membership import phase_approvals, with_approval
from tests.hub.membership.answers import certificate
from tests.identity.two_people import approved
from tests.support.mail_server import MailServer
from tests.support.openid_provider import CLIENT, SECRET, openid_provider
from vardkase.cli.main import commands
from vardkase.cli.output import sentences
from vardkase.core.clock import today
from vardkase.core.errors import VardkaseError
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.servers.models import Server
from vardkase.hub.membership.applications.services.queueing import queue_admitted
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.onboarding.items import checklist
from vardkase.hub.membership.phases import queries
from vardkase.hub.membership.themes import MEASURES
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy.models import IdentityProvider

WHOLE = {name: {"level": "3"} for name in MEASURES}


@pytest.fixture
def desk(seed: Seed) -> Desk:
    make_role("Sync user", SYNC_USER)
    return make_desk(seed)


def post(who: ApiUser, path: str, body: Any = None) -> tuple[int, Any]:
    return call(who.key, "POST", path, body or {})


def run(*words: str) -> Any:
    """What a command prints, or its refusal."""
    done = CliRunner().invoke(commands, [*words, "--json"])
    if isinstance(done.exception, VardkaseError):
        return " ".join(sentences(done.exception))
    assert done.exception is None, done.output
    return json.loads(done.stdout) if done.stdout.strip() else None


def states(organisation: Organisation) -> dict[str, str]:
    membership = Membership.objects.get(organisation=organisation)
    return {line.item.name: str(line.state) for line in checklist(membership)}


def test_checklist_over_api(seed: Seed, desk: Desk, mail: MailServer) -> None:
    opened(desk, seed.org_b)
    org = seed.org_b.pk
    until = (today() + timedelta(days=300)).isoformat()
    done = {
        "networks": {"networks": ["192.0.2.0/24", "198.51.100.0/24"]},
        "certificate": {"pem": certificate()},
        "domain": {"domain": "b.example", "method": "dns"},
        "sync_user": {"email": "misp@b.example", "addresses": ["192.0.2.7"], "until": until},
        "server": {"url": "https://misp.b.example", "authkey": "k" * 40},
    }
    for item, given in done.items():
        status, body = post(desk.operator, f"/membershipChecklists/do/{org}/{item}", given)
        assert status == 200, (item, body["errors"])
    seed.org_b.refresh_from_db()
    assert seed.org_b.networks == ["192.0.2.0/24", "198.51.100.0/24"]
    asked = {"url": "https://misp.b.example", "push": True}
    assert post(desk.operator, f"/membershipChecklists/do/{org}/server", asked)[0] == 403
    assert post(desk.officer, f"/membershipChecklists/do/{org}/server", asked)[0] == 200
    assert Server.objects.get().push
    assert OutgoingMail.objects.filter(recipient="bo@b.example").exists()  # The link with the key.
    listed = call(desk.admin.key, "GET", "/membershipChecklists/view")[1]["Checklist"]["Item"]
    assert {each["item"]: each["state"] for each in listed} == states(seed.org_b)
    wrong = {
        "networks": ({"networks": "nowhere"}, {"networks"}),
        "sync_user": ({"email": "x@b.example", "until": "soon", "role": 1}, {"addresses", "until", "role"}),
        "sync_user ": (done["sync_user"] | {"send_to": f"{'x' * 300}@b.example"}, {"send_to"}),
        "call": ({}, {"item"}),
    }
    for item, (given, fields) in wrong.items():
        status, body = post(desk.operator, f"/membershipChecklists/do/{org}/{item.strip()}", given)
        assert (status, set(body["errors"])) == (403, fields), item
    assert post(desk.officer, f"/membershipChecklists/waive/{org}/call", {"note": "Not asked for"})[0] == 403
    seed.org_b.networks = []
    seed.org_b.save()
    waived = f"/membershipChecklists/waive/{org}/networks"
    assert post(desk.operator, waived, {"note": "They have certificates"})[0] == 403
    assert post(desk.officer, waived, {"note": "They have certificates"})[0] == 200
    assert states(seed.org_b)["networks"] == "not_needed"
    assert post(desk.officer, f"/membershipChecklists/reopen/{org}/networks")[0] == 200
    assert post(desk.operator, f"/membershipChecklists/test/{org}")[1]["Test"]["fault"]
    for who in (desk.admin, seed.site_admin):
        assert post(who, f"/membershipChecklists/do/{org}/networks", done["networks"])[0] == 403


def test_checklist_at_command_line(seed: Seed, desk: Desk, tmp_path: Path) -> None:
    opened(desk, seed.org_b)
    pem = tmp_path / "b.pem"
    pem.write_text(certificate())
    name, as_operator = seed.org_b.name, ("--user", desk.operator.user.email)
    shown = run("membership", "do", name, "networks", "networks=192.0.2.0/24, 198.51.100.0/24", *as_operator)
    assert {each["item"]: each["state"] for each in shown}["networks"] == "done"
    run("membership", "do", name, "certificate", f"pem=@{pem}", *as_operator)
    run("membership", "do", name, "administrator", "email=eva@b.example", *as_operator)
    assert "determined automatically" in run("membership", "waive", name, "call", "--note", "x")
    assert "requires a duty at the hub" in run(
        "membership", "waive", name, "server", "--note", "x", *as_operator
    )
    run("membership", "waive", name, "server", "--note", "It fetches itself.")
    assert states(seed.org_b)["server"] == "not_needed"
    run("membership", "reopen", name, "server")
    assert states(seed.org_b)["server"] == "open"
    assert "no connection" in run("membership", "test", name)
    assert "other" in run("membership", "do", name, "organisation")
    assert CliRunner().invoke(commands, ["membership", "do", name, "networks", "192.0.2.0/24"]).exit_code == 2


def test_restricted_member_renews_statement_over_api(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b, statement=False)
    with_approval.suspend(at_the_screen(desk.officer), seed.org_b.pk, "read_only", "Its statement has ended.")
    status, saved = post(desk.admin, "/securityStatements/save", {"answers": {"risk": {"level": 1}}})
    assert (status, saved["SecurityStatement"]["state"]) == (200, "draft")
    assert "risk.plan" in saved["missing"]
    for answers, path in (
        ({"risk": {"colour": "1"}}, "risk.colour"),
        ({"luck": {"level": "1"}}, "luck.level"),
    ):
        status, body = post(desk.admin, "/securityStatements/save", {"answers": answers})
        assert (status, list(body["errors"])) == (403, [path])
    assert post(desk.admin, "/securityStatements/submit", {"answers": {}})[0] == 403
    file = {"measure": "risk", "name": "policy.txt", "data": base64.b64encode(b"Our policy").decode()}
    _, made = post(desk.admin, "/securityStatements/addEvidence", file | {"valid_until": "2199-01-31"})
    number = made["Evidence"]["id"]
    assert send(desk.officer.key, "GET", f"/securityStatements/evidence/{number}").content == b"Our policy"
    assert call(seed.stranger.key, "GET", f"/securityStatements/evidence/{number}")[0] == 404
    assert post(desk.admin, "/securityStatements/addEvidence", file | {"data": "?"})[0] == 403
    assert post(desk.admin, f"/securityStatements/removeEvidence/{number}")[0] == 200
    assert post(desk.admin, "/securityStatements/submit", {"answers": WHOLE})[0] == 200
    review = f"/securityStatements/review/{seed.org_b.pk}"
    assert post(desk.admin, review, {"accept": True})[0] == 403
    second = with_approval.colleague(at_the_screen(desk.officer))
    assert post(desk.officer, review, {"accept": False})[0] == 403  # Without a reason.
    for unclear in ("nej", None, [True], 2, {}):
        assert post(desk.officer, review, {"accept": unclear, "reason": "Why?"})[0] == 403
    _, waits = post(desk.officer, review, {"accept": False, "reason": "Which backups?"})
    assert waits["ApprovalRequest"]["state"] == "waiting"
    assert approved(second).state == "returned"
    assert post(desk.admin, "/securityStatements/submit", {"answers": WHOLE})[0] == 200
    assert post(desk.officer, review, {"accept": True})[1]["ApprovalRequest"]["state"] == "waiting"
    assert approved(second).state == "accepted"
    held = call(desk.admin.key, "GET", "/securityStatements/view")[1]
    assert (held["current"]["answers"]["risk"]["level"], held["open"]) == ("3", None)
    assert call(seed.stranger.key, "GET", f"/securityStatements/view/{seed.org_b.pk}")[0] == 404


def test_statement_and_data_change_at_command_line(seed: Seed, desk: Desk, tmp_path: Path) -> None:
    member(desk, seed.org_b, statement=False)
    file, evidence, name = tmp_path / "answers.json", tmp_path / "policy.txt", seed.org_b.name
    evidence.write_text("Our policy")
    as_admin, words = ("--as", desk.admin.user.email), ("membership", "statement")
    file.write_text(json.dumps({"risk": {"level": "0"}}))
    assert run(*words, "write", str(file), *as_admin)["state"] == "draft"
    assert "risk.plan" in run(*words, "write", str(file), "--submit", *as_admin)
    run(*words, "attach", "risk", str(evidence), "--until", "2199-01-31", *as_admin)
    file.write_text(json.dumps(WHOLE))
    (kept,) = run(*words, "write", str(file), "--submit", *as_admin)["evidence"]
    assert kept["name"] == "policy.txt"
    with_approval.review_statement(at_the_screen(desk.officer), seed.org_b.pk, accept=False, reason="Which?")
    assert CliRunner().invoke(commands, [*words, "detach", str(kept["id"]), *as_admin]).exit_code == 0
    run(*words, "write", str(file), "--submit", *as_admin)
    with_approval.review_statement(at_the_screen(desk.officer), seed.org_b.pk, accept=True)
    assert run(*words, "show", name)["current"]["evidence"] == []
    file.write_text(json.dumps({"address": "Nya torget 1"}))
    assert run("membership", "change", "propose", str(file), *as_admin)["state"] == "proposed"
    assert CliRunner().invoke(commands, ["membership", "change", "withdraw", *as_admin]).exit_code == 0
    run("membership", "change", "propose", str(file), *as_admin)
    assert "reason" in run("membership", "change", "refuse", name)
    assert run("membership", "change", "refuse", name, "--reason", "Which torg?")["state"] == "refused"
    post(desk.admin, "/memberships/propose", {"details": {"address": "Gamla torget 2"}})
    assert post(desk.admin, "/memberships/withdrawChange")[0] == 200
    assert post(desk.admin, "/memberships/withdrawChange")[0] == 409


def test_communities_over_api_and_at_command_line(seed: Seed, desk: Desk) -> None:
    for org in (seed.org_b, seed.org_c):
        member(desk, org)
    rules = {"name": "Kommuner", "sectors": ["municipality"], "counties": ["14"]}
    _, made = post(desk.officer, "/memberCommunities/add", rules)
    community = made["Community"]
    assert [each["name"] for each in community["Member"]] == [seed.org_b.name, seed.org_c.name]
    edit = f"/memberCommunities/edit/{community['id']}"
    for unclear in ({}, False, "", 0):
        assert post(desk.officer, edit, {"sectors": unclear})[0] == 403
    _, changed = post(desk.officer, edit, {"sectors": [], "counties": [], "chosen": [seed.org_c.pk]})
    assert (changed["Community"]["name"], changed["Community"]["counties"]) == ("Kommuner", [])
    assert [each["name"] for each in changed["Community"]["Member"]] == [seed.org_c.name]
    for wrong in ({"sectors": "municipality"}, {"sectors": ["x"]}, {"chosen": ["x"]}, {"name": ""}):
        assert post(desk.officer, edit, wrong)[0] == 403, wrong
    assert len(call(desk.operator.key, "GET", "/memberCommunities/index")[1]) == 1
    assert post(desk.operator, "/memberCommunities/add", rules)[0] == 403
    # A list may come as JSON in a string, as from a form.
    _, changed = post(desk.officer, edit, {"sectors": '["municipality"]', "chosen": f"[{seed.org_b.pk}]"})
    assert changed["Community"]["sectors"] == ["municipality"]
    post(desk.officer, edit, {"sectors": [], "chosen": [seed.org_c.pk]})
    saved = run("membership", "community", "save", "Kommuner", "--member", seed.org_b.name, "--hide-members")
    assert (saved["members"], saved["hides_members"]) == ([seed.org_b.name], True)
    made = run("membership", "community", "save", "Regioner", "--sector", "region")
    assert (made["members"], made["hides_members"]) == ([], False)
    assert [each["name"] for each in run("membership", "community", "list")] == ["Kommuner", "Regioner"]
    assert "Membership not found" in run("membership", "community", "save", "X", "--member", "Hub")


def test_customer_service_over_api_and_at_command_line(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    asked = {"kind": "access", "subject": "A new colleague", "text": "How is she let in?"}
    _, made = post(seed.partner, "/supportRequests/add", asked)
    number = made["SupportRequest"]["id"]
    assert post(seed.partner, "/supportRequests/add", asked | {"kind": "x"})[0] == 403
    assert call(seed.stranger.key, "GET", f"/supportRequests/view/{number}")[0] == 404
    assert (
        call(desk.operator.key, "GET", f"/supportRequests/view/{number}")[0] == 404
    )  # Somebody else's request.
    answered = {"text": "By whom?", "step": "ask"}
    assert post(desk.officer, f"/supportRequests/answer/{number}", answered)[0] == 200
    note = {"text": "Perhaps Anna?", "internal": True}
    _, whole = post(desk.second, f"/supportRequests/answer/{number}", note)
    assert [each["text"] for each in whole["Message"]] == [asked["text"], "By whom?", "Perhaps Anna?"]
    _, mine = post(seed.partner, f"/supportRequests/write/{number}", {"text": "By me."})
    assert [each["text"] for each in mine["Message"]] == [asked["text"], "By whom?", "By me."]
    assert mine["SupportRequest"]["state"] == "in_hand"
    assert [each["id"] for each in run("support", "list")] == [int(number)]
    run("support", "answer", number, "--text", "Then it is done.")
    assert run("support", "step", number, "solve")["state"] == "solved"
    assert len(run("support", "show", number)["said"]) == 5
    assert run("support", "list") == []
    (row,) = call(seed.partner.key, "GET", "/supportRequests/index")[1]
    assert row["SupportRequest"]["state"] == "solved"
    assert post(desk.officer, f"/supportRequests/assign/{number}", {"user_id": desk.second.user.pk})[0] == 200
    for nobody in ("x", [1], 10**30):
        assert post(desk.officer, f"/supportRequests/assign/{number}", {"user_id": nobody})[0] == 403
    moved = {"kind": "fault", "subject": "Sign-in"}
    assert post(desk.officer, f"/supportRequests/route/{number}", {"kind": "fault"})[0] == 403
    assert (
        post(desk.officer, f"/supportRequests/route/{number}", moved)[1]["SupportRequest"]["kind"] == "fault"
    )
    assert len(call(desk.operator.key, "GET", "/supportRequests/desk")[1]) == 1


def test_phases_and_invitations_over_api_and_at_command_line(seed: Seed, desk: Desk) -> None:
    jurist = officer(seed, "jurist@hub.example", StaffRole.LEGAL_OFFICER)
    waiting = make_application("waiting", sector="private_company", waits_for=3, connection="web")
    edit, law = "/membershipPhases/edit/3", "/membershipPhases/inForce/offence_data"
    for wrong in ({"opens": "soon"}, {"sectors": ["x"]}, {"sectors": "x"}, {"title_sv": ""}):
        assert post(desk.officer, edit, wrong)[0] == 403, wrong
    assert post(desk.officer, edit, {"opens": "2026-01-01"})[0] == 403, "without a reason"
    assert post(desk.officer, edit, {"opens": "2026-01-01", "reason": "Beslut"})[0] == 200
    assert queries.find_phase(3).opens is None, "nothing happens until a second person has approved"
    approved(phase_approvals.colleague(seed))
    assert queries.find_phase(3).opens == date(2026, 1, 1)
    assert queue_admitted(hub_actor()) == 0  # The law has to be in force too.
    assert post(desk.officer, law, {"since": "2026-01-01", "reference": "SFS 2026:1"})[0] == 403
    assert post(jurist, law, {"since": "x", "reference": "SFS 2026:1"})[0] == 403
    assert post(jurist, law, {"since": "2026-01-01", "reference": "SFS 2026:1"})[0] == 200
    assert queue_admitted(hub_actor()) == 0
    approved(phase_approvals.colleague(seed))
    assert queue_admitted(hub_actor()) == 1  # Done by the job that the change queued.
    assert ProcrastinateJob.objects.exists()
    waiting.refresh_from_db()
    assert waiting.state == "submitted"
    listed = call(desk.officer.key, "GET", "/membershipPhases/index")[1]
    assert [each["Phase"]["state"] for each in listed["phases"]][2] == "open"
    assert listed["preconditions"][0]["reference"] == "SFS 2026:1"
    assert post(jurist, "/membershipPhases/revoke/offence_data", {"reason": "Repealed"})[0] == 200
    approved(phase_approvals.colleague(seed))
    phase = ("membership", "phase")
    assert post(jurist, law, {"since": "2026-01-01", "reference": "SFS 2026:2"})[0] == 200
    approved(phase_approvals.colleague(seed))
    edited = {"closes": None, "sectors": ["region"], "reason": "Beslut"}
    assert post(jurist, "/membershipPhases/edit/1", edited)[1]["ApprovalRequest"]["state"] == "waiting"
    approved(phase_approvals.colleague(seed, StaffRole.MEMBERSHIP_OFFICER))
    assert [each["state"] for each in run(*phase, "list")] == ["open", "open", "open"]
    assert post(jurist, "/membershipPhases/revoke/offence_data", {"reason": ""})[0] == 403
    assert post(jurist, "/membershipPhases/revoke/offence_data", {"reason": "Repealed"})[0] == 200
    approved(phase_approvals.colleague(seed))
    invited = {"email": "eva@c.example", "note": "Asked by telephone"}
    _, made = post(desk.officer, "/membershipInvitations/add", invited)
    number = made["Invitation"]["id"]
    assert post(desk.officer, "/membershipInvitations/add", invited)[0] == 409
    assert post(desk.officer, "/membershipInvitations/add", {"email": "eva"})[0] == 403
    assert post(desk.officer, f"/membershipInvitations/again/{number}")[0] == 200
    assert post(desk.officer, f"/membershipInvitations/revoke/{number}")[0] == 200
    assert post(desk.officer, f"/membershipInvitations/revoke/{number}")[0] == 409
    assert run("membership", "invite", "eva@c.example")["email"] == "eva@c.example"
    response_body = call(desk.officer.key, "GET", "/membershipInvitations/index")[1]
    assert [each["Invitation"]["standing"] for each in response_body] == ["sent", "revoked"]
    assert post(desk.operator, "/membershipInvitations/add", invited)[0] == 403


def test_sign_in_provider_over_api_and_at_command_line(seed: Seed, settings: Any, tmp_path: Path) -> None:
    settings.VARDKASE_SIGN_IN_NETWORKS = ("127.0.0.0/8",)
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    view, change = "/organisationSecurity/viewProvider", "/organisationSecurity/setProvider"
    with openid_provider() as provider:
        given = {"issuer": provider.url, "client_id": CLIENT, "client_secret": SECRET, "label": "Works login"}
        assert call(seed.org_admin.key, "GET", view)[1] == {"Provider": None}
        status, body = post(seed.org_admin, change, given | {"label": "", "client_secret": ""})
        assert (status, set(body["errors"])) == (403, {"label", "client_secret"})
        assert (
            post(seed.org_admin, change, given | {"required": True})[0] == 403
        )  # Nobody has signed in with it yet.
        status, made = post(seed.org_admin, change, given)
        assert (status, made["Provider"]["issuer"], SECRET in str(made)) == (200, provider.url, False)
        assert post(seed.org_admin, change, {"label": "Ours"})[1]["Provider"]["label"] == "Ours"
        assert IdentityProvider.objects.get().client_secret == SECRET
        for who in (seed.analyst, seed.stranger, seed.partner_sync):
            assert post(who, f"{change}/{seed.org_a.pk}", given)[0] in (403, 404)
        shown = run("security", "provider", seed.org_a.name)
        assert (shown["label"], SECRET in str(shown)) == ("Ours", False)
        assert post(seed.org_admin, "/organisationSecurity/removeProvider")[0] == 200
        secret = tmp_path / "secret"
        secret.write_text(f"{SECRET}\n")
        words = ("security", "provider", seed.org_a.name, "--issuer", provider.url, "--client-id", CLIENT)
        assert run(*words, "--label", "By console", "--secret", str(secret))["label"] == "By console"
        assert run(*words[:3], "--trust-second-factor")["trusts_second_factor"] is True
        assert "issuer" in run(*words[:3], "--issuer", "https://127.0.0.1:9")
    run("security", "provider", seed.org_a.name, "--remove")
    assert not IdentityProvider.objects.exists()
