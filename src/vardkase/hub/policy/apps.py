from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "vardkase.hub.policy"
    label = "policy"
