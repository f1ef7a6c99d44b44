"""Programs over ``onward.release``: train from settings, and the demo on a made-up state system."""
