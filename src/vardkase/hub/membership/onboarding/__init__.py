"""Onboarding from approval to active membership: a checklist whose items are performed and verified by the
software.
"""
