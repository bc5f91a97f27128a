"""Trains CLIPCropping: knowledge of composition and of aesthetics, then the rating of crops."""
