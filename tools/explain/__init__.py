"""Why a crop is good, and what it changes, in words and charts."""
