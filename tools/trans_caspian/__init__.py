"""Builders of the shipped package `trans_caspian`: each module turns published facts into tables."""
