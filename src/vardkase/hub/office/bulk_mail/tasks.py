"""The job that sends mail to many: a few each minute, so that other mail is not held up."""

from __future__ import annotations

from procrastinate.contrib.django import app

from vardkase.hub.office.bulk_mail.sending import send_some

SECONDS_BETWEEN = 60


def order_sending(bulk_mail_id: int) -> None:
    send.configure(lock=f"bulk-mail-{bulk_mail_id}").defer(bulk_mail_id=bulk_mail_id)


@app.task(name="office.send_bulk_mail")
def send(bulk_mail_id: int) -> None:
    if send_some(bulk_mail_id):
        later = send.configure(lock=f"bulk-mail-{bulk_mail_id}", schedule_in={"seconds": SECONDS_BETWEEN})
        later.defer(bulk_mail_id=bulk_mail_id)
