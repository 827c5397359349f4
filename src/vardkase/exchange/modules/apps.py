from django.apps import AppConfig


class ModulesConfig(AppConfig):
    name = "vardkase.exchange.modules"
    label = "modules"
