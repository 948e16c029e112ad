"""Result files: Word, Excel, PowerPoint, text and searchable PDF."""
