"""Parts without a public face: asyncio, context, files, JSON, names, random."""
