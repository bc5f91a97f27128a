"""Tools around any way of asking: the model may call them before it answers."""
