from django.apps import AppConfig


class BlueprintsConfig(AppConfig):
    name = "vardkase.identity.blueprints"
    label = "blueprints"
