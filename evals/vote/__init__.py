"""The blind page: people choose between the crops of a study, and what their choices say."""
