from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "vardkase.core.mail"
    label = "mail"
