"""Registers that come with Kervan: data, and nothing else."""
