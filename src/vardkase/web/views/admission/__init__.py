"""Admission pages for officers: phases, legal preconditions, invitations, manually registered applications."""
