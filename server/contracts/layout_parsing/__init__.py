"""PaddleX's serving of its document pipelines: `POST /layout-parsing`, with pages in PP-StructureV3's form."""
