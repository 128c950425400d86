"""Divides a saving among the switches that made it. Pure."""
