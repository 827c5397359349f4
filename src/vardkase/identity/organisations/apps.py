from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "vardkase.identity.organisations"
    label = "organisations"
