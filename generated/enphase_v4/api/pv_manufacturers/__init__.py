"""pv_manufacturers."""
