"""Onward: advice on a learner's next credential, learned from outcomes, with an audit of who is steered where."""
