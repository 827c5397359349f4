from django.apps import AppConfig


class OverviewConfig(AppConfig):
    name = "vardkase.hub.membership.overview"
    label = "membership_overview"
