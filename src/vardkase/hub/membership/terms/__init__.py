"""The general terms: versions, the criteria of each, and acceptances."""
