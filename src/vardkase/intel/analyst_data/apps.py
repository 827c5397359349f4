from django.apps import AppConfig


class AnalystDataConfig(AppConfig):
    name = "vardkase.intel.analyst_data"
    label = "analyst_data"
