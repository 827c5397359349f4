"""The general terms: versions, and the criteria of each."""
