"""What anonymous publication needs to know of a draft: metadata in its files, what points to its author, and how many
members could have written it. Stores nothing.
"""
