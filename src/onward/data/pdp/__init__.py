"""Files of the Postsecondary Data Partnership (PDP): cohort and course files, read, checked and told as tables."""
