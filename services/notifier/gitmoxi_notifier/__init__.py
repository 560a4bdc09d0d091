"""The notifier: tells Git hosts and channels what becomes of commits, so that nobody else has to wait."""
