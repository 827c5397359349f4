"""The endpoints of what readers add to the events of others: proposals, sightings, reports, notes, delegation."""
