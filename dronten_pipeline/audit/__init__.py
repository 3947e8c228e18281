"""Reading back what was written down: explaining, recomputing and verifying. It writes nothing."""
