"""An MCP server, which lets assistants use a site (`packshot mcp`)."""
