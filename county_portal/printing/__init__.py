"""Paper: HTML to PDF, sheets bound to documents, official Word files, workbooks."""
