from django.apps import AppConfig


class MemberCommunitiesConfig(AppConfig):
    name = "vardkase.hub.membership.communities"
    label = "member_communities"
