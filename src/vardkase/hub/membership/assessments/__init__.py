"""Assessment of applications: criterion by criterion, with a decision that requires two officers."""
