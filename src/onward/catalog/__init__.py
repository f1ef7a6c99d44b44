"""What can come next, what it leads to, and what it is worth."""
