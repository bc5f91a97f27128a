"""The subcommands, one file each; heavy imports inside functions."""
