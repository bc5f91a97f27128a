"""CLIPCropping: crops rated from one look at the photo, and what they change told by elements."""
