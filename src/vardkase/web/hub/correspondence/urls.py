"""URLs of mail and letters."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.correspondence import delivery, service, texts

urlpatterns = [
    path("mail/", texts.index, name="mail_templates"),
    path("mail/sent/", texts.sent, name="sent_mail"),
    path("mail/undelivered/", delivery.index, name="undelivered_letters"),
    path("mail/undelivered/<int:pk>/", delivery.note, name="letter_delivery"),
    path("mail/undelivered/<int:pk>/resend/", delivery.send_again, name="letter_resend"),
    path("mail/letters/<int:pk>/service/", service.record, name="letter_service"),
    path("mail/letters/<int:pk>/correct/", service.correct, name="letter_correct"),
    path("mail/signature/", texts.sign, name="signature"),
    path("mail/<str:name>/<str:language>/", texts.edit, name="mail_template"),
    path("mail/<str:name>/<str:language>/preview/", texts.preview_text, name="mail_template_preview"),
    path("mail/<str:name>/<str:language>/reset/", texts.reset, name="mail_template_reset"),
]
