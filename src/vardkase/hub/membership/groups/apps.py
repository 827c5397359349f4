from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "vardkase.hub.membership.groups"
    label = "organisation_groups"
