from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "vardkase.hub.membership.members"
    label = "members"
