"""Shipped data packages: a folder of tables each."""
