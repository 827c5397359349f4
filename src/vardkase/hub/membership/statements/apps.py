from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "vardkase.hub.membership.statements"
    label = "statements"
