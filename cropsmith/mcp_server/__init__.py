"""Tools for agents over MCP: needs cropsmith[mcp], imported by `cropsmith mcp` alone."""
