"""Word, Excel and PowerPoint files. LibreOffice renders them as PDF in a sandbox."""
