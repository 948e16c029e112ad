// Runs the SDK for Node: node sdk.mjs SERVER_URL TOKEN FILE. It prints what its user gets.
import { readFileSync } from "node:fs";
import { Mistral } from "@mistralai/mistralai";

const [serverURL, apiKey, path] = process.argv.slice(2);
const client = new Mistral({ apiKey, serverURL });
const model = "mistral-ocr-latest";

async function told(call) {
  try {
    await call();
    return [];
  } catch (error) {
    return [error.name, error.statusCode, error.message];
  }
}

const content = new Blob([readFileSync(path)]);
const file = await client.files.upload({ file: { fileName: "report.pdf", content }, purpose: "ocr" });
const { url } = await client.files.getSignedUrl({ fileId: file.id });
const document = { type: "document_url", documentUrl: url };
const read = await client.ocr.process({
  model,
  document,
  tableFormat: "html",
  includeImageBase64: true,
  confidenceScoresGranularity: "block",
});
const annotated = await told(() =>
  client.ocr.process({ model, document, documentAnnotationFormat: { type: "json_object" } }),
);
const shown = await client.files.retrieve({ fileId: file.id });
const gone = await client.files.delete({ fileId: file.id });
console.log(
  JSON.stringify({
    pages: read.pages.map((page) => ({
      index: page.index,
      markdown: page.markdown,
      tables: page.tables.map((table) => table.content),
      images: page.images.map((image) => image.imageBase64.slice(0, 23)),
      blocks: page.blocks.map((block) => block.type),
      size: [page.dimensions.width, page.dimensions.height],
    })),
    model: read.model,
    bytes: shown.sizeBytes,
    deleted: gone.deleted,
    annotated,
    stranger: await told(() => new Mistral({ apiKey: "wrong", serverURL }).models.list()),
  }),
);
