from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "vardkase.hub.dashboards"
    label = "dashboards"
