"""What is likely: completing a credential, persisting, and, for comparison, choosing as learners chose before."""
