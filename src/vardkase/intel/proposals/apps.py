from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "vardkase.intel.proposals"
    label = "proposals"
