"""The parts of the tracking lab: made-up worlds whose truth is known, what to compare with, and how to judge."""
