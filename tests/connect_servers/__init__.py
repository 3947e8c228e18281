"""Systems to pull from, as far as their rules were seen on the real ones, that can misbehave."""
