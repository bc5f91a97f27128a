"""Crops over HTTP: needs cropsmith[service], imported by `cropsmith serve` alone."""
