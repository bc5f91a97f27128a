"""Loaders of published cropping data sets, one file each."""
