"""Writing and finding items, their revisions and attachments."""
