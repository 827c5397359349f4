from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "vardkase.identity.registrations"
    label = "registrations"
