"""What colleges send: the canonical tables, the record of one learner, and the ways in."""
