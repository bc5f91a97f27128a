"""The crop for other programs: sidecars that leave the photo as it is, strings for CDNs."""
