from django.apps import AppConfig


class TermsConfig(AppConfig):
    name = "vardkase.hub.membership.terms"
    label = "terms"
