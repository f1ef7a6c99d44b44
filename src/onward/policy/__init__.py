"""What is advised: what is open to a learner, in which order, and within which limit on tracking."""
