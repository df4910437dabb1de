"""pv_models."""
