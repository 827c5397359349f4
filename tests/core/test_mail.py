"""Mail is delivered, retried while the mail server is down, given up in the end, and leaks nothing."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.support.mail_server import mail_server, use
from tests.support.ports import free_port
from vardkase.audit.models import AuditEntry
from vardkase.core.jobs.connector import worker_connector
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.problems import OutgoingMailProblem
from vardkase.core.mail.services import LONGEST_WAIT, Mail, TooManyMessages, count_messages, queue_mail
from vardkase.core.mail.smtp import MailDelayed, MailRefused, send, written
from vardkase.core.retries import MAIL

HELLO = Mail("anna@a.example", "Hej på dig", "Första raden\n.\nSista raden å", "bo@b.example")


@pytest.fixture
def queue(transactional_db: None) -> None:
    """An empty queue: its tables are procrastinate's, so no test empties them when it ends."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def work() -> None:
    """Run the due jobs as the worker does, and stop when none are left.

    In its own thread: after a browser was used, this one has a running event loop.
    """
    with ThreadPoolExecutor(1) as threads:
        threads.submit(_work).result()


def _work() -> None:
    with app.replace_connector(worker_connector()):
        app.run_worker(
            wait=False, install_signal_handlers=False, listen_notify=False, task_middleware=[and_hang_up]
        )


def and_hang_up(run: Callable[[], Any], _context: Any, _worker: Any) -> Any:
    """Close the database connection of the job's thread, which ends with the worker."""
    try:
        return run()
    finally:
        connections.close_all()


def make_retries_due() -> None:
    """Let what waits for another attempt be due."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE scheduled_at IS NOT NULL")


def jobs() -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name="mail.deliver").order_by("id"))


def waiting(**fields: Any) -> OutgoingMail:
    return OutgoingMail(**{"pk": 1, "recipient": "anna@a.example", "subject": "Hej", "text": "Hej", **fields})


@pytest.mark.usefixtures("queue")
def test_mail_is_retried_delivered_once_and_deleted(settings: Any) -> None:
    port = free_port()
    use(settings, port)
    assert queue_mail([HELLO]) == 1
    [job] = jobs()
    assert job.args == {"mail_id": OutgoingMail.objects.get().pk}
    work()
    [job] = jobs()
    assert (job.status, job.attempts) == ("todo", 1)
    assert job.scheduled_at > datetime.now(UTC) + timedelta(seconds=55)
    assert OutgoingMail.objects.count() == 1
    make_retries_due()
    with mail_server(port) as server:
        work()
        work()
    [(recipients, document)] = server.arrived
    assert recipients == ["anna@a.example"]
    assert (document["From"], document["To"]) == ("hub@hub.example", "anna@a.example")
    assert (document["Reply-To"], document["Subject"]) == ("bo@b.example", "Hej på dig")
    assert document.get_content().splitlines() == HELLO.text.splitlines()
    assert not OutgoingMail.objects.exists()
    assert [job.status for job in jobs()] == ["succeeded"]
    written_down = AuditEntry.objects.values_list("action", "title", "change")
    assert list(written_down) == [("mail.sent", "anna@a.example", {})]


@pytest.mark.usefixtures("queue")
def test_mail_is_given_up_and_the_log_contains_no_addresses(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    use(settings, free_port(), VARDKASE_SMTP_USER="hub", VARDKASE_SMTP_PASSWORD="a-secret")
    queue_mail([HELLO])
    with caplog.at_level(logging.DEBUG):
        for _attempt in range(MAIL.retries or 0):
            work()
            assert OutgoingMail.objects.count() == 1
            make_retries_due()
        work()
    assert not OutgoingMail.objects.exists()
    assert [(job.status, job.attempts) for job in jobs()] == [("failed", 1 + (MAIL.retries or 0))]
    for word in ("anna@", "bo@", "a-secret", "Första"):
        assert word not in caplog.text
    assert "mail.deliver" in caplog.text


@pytest.mark.usefixtures("queue")
def test_permanent_refusal_is_not_retried(settings: Any) -> None:
    with mail_server() as server:
        use(settings, server.port)
        server.refusal = "550 No such person"
        queue_mail([HELLO])
        work()
    assert not OutgoingMail.objects.exists()
    assert [(job.status, job.attempts) for job in jobs()] == [("failed", 1)]


@pytest.mark.usefixtures("queue")
def test_rolled_back_mail_is_not_queued_and_orphaned_mail_is_deleted(settings: Any) -> None:
    use(settings, free_port())
    with transaction.atomic():
        queue_mail([HELLO])
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()
    assert not jobs()
    queue_mail([HELLO])
    OutgoingMail.objects.update(created=timezone.now() - LONGEST_WAIT - timedelta(minutes=1))
    settings.VARDKASE_SMTP_HOST = ""
    assert queue_mail([HELLO]) == 0
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db
def test_subject_and_address_cannot_inject_headers(settings: Any) -> None:
    use(settings, free_port())
    queue_mail([Mail("anna@a.example", "Hej\r\nBcc: all@c.example\n\nText", "Hej")])
    mail = OutgoingMail.objects.get()
    document = message_from_bytes(written(mail), policy=default)
    assert document.keys().count("Bcc") == 0
    assert document["Subject"] == "Hej Bcc: all@c.example Text"
    for field in ("recipient", "reply_to", "subject"):
        for end in ("\r\n", "\n", "\r"):
            with pytest.raises(MailRefused):
                send(waiting(**{field: f"x@a.example{end}Bcc: all@c.example"}))


@pytest.mark.django_db
def test_temporary_refusal_delays_and_international_domains_use_ascii(settings: Any) -> None:
    with mail_server() as server:
        use(settings, server.port)
        server.refusal = "451 Come back later"
        with pytest.raises(MailDelayed, match="451"):
            send(waiting())
        server.refusal = ""
        send(waiting(recipient="anna@vård.example"))
    assert server.recipients == ["anna@xn--vrd-ula.example"]


@pytest.mark.django_db
def test_smtp_authentication(settings: Any) -> None:
    with mail_server() as server:
        use(settings, server.port, VARDKASE_SMTP_USER="hub", VARDKASE_SMTP_PASSWORD="wrong")
        with pytest.raises(MailDelayed) as refused:
            send(waiting())
        assert refused.value.has(OutgoingMailProblem.NOT_LET_IN)
        assert not server.arrived
        settings.VARDKASE_SMTP_PASSWORD = "right"
        send(waiting())
    assert server.recipients == ["anna@a.example"]
    assert server.signed_in[-1] == (b"hub", b"right")


@pytest.mark.django_db
def test_nothing_is_sent_when_required_encryption_is_unavailable(settings: Any) -> None:
    with mail_server() as server:
        use(settings, server.port, VARDKASE_SMTP_USER="hub", VARDKASE_SMTP_PASSWORD="right")
        for security in ("starttls", "tls"):
            settings.VARDKASE_SMTP_SECURITY = security
            with pytest.raises(MailDelayed):
                send(waiting())
    assert (server.arrived, server.signed_in) == ([], [])


@pytest.mark.django_db
def test_messages_per_person_and_hour_are_limited() -> None:
    for _message in range(3):
        count_messages(7, allowed=3)
    with pytest.raises(TooManyMessages) as refused:
        count_messages(7, allowed=3)
    assert 0 < refused.value.wait <= 3600
    count_messages(8, allowed=3)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"VARDKASE_SMTP_HOST": "mail.example"}, "VARDKASE_MAIL_FROM"),
        ({"VARDKASE_SMTP_SECURITY": "ssl"}, "VARDKASE_SMTP_SECURITY"),
        ({"VARDKASE_SMTP_PORT": "smtp"}, "VARDKASE_SMTP_PORT"),
    ],
)
def test_invalid_mail_settings_prevent_the_start(
    environment: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    run = subprocess.run(
        [sys.executable, "-c", "import vardkase.config.settings"], capture_output=True, text=True, check=False
    )
    assert run.returncode
    assert named in run.stderr.splitlines()[-1]
