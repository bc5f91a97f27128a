"""The record as a person reads it: page, story, listing, differences, export."""
