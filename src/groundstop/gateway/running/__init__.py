"""Running: a supervisor that hears orders, workers that serve, the channel between them, and who looks in."""
