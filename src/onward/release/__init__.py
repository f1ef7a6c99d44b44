"""What goes live: from settings to a candidate, its bundle, and its place in the registry."""
