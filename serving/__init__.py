"""Programs over ``onward.live``: the prediction service."""
