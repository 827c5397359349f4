"""Delegation of decision rights (delegationsordning): who may decide what, and from when to when."""
