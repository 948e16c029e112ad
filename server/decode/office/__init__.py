"""Word, Excel and PowerPoint files: LibreOffice renders them as PDF, shut in."""
