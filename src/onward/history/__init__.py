"""What was known at each decision point, and what then happened."""
