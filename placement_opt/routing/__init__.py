"""Routes: which vehicle picks up whom, when, at what cost."""
