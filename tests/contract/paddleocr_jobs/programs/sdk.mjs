// Runs the SDK for Node: node sdk.mjs BASE_URL TOKEN FILE FOLDER. It prints what its user gets.
import { Model, PaddleOCRClient } from "@paddleocr/api-sdk";

const [baseUrl, token, filePath, folder] = process.argv.slice(2);
const client = new PaddleOCRClient({ baseUrl, token });

async function told(call) {
  try {
    await call();
    return [];
  } catch (error) {
    return [error.name, error.message];
  }
}

const read = await client.ocr({ filePath });
const parsed = await client.parseDocument({ model: Model.PPStructureV3, filePath, batchId: "node", options: { visualize: false } });
const saved = await client.saveDocumentParsingResultResources(parsed, folder);
const batch = await client.getBatchStatus("node");
const stranger = new PaddleOCRClient({ baseUrl, token: "wrong" });
console.log(
  JSON.stringify({
    ocr: read.pages.map((page) => page.prunedResult.rec_texts),
    markdown: parsed.pages.map((page) => page.markdownText),
    images: parsed.pages.map((page) => Object.keys(page.markdownImages)),
    files: saved.map((path) => path.split("/").pop()),
    batch: batch.jobs.map((job) => job.jobId === parsed.jobId),
    vision: await told(() => client.parseDocument({ filePath })),
    stranger: await told(() => stranger.getStatus("ocrjob-nothing")),
  }),
);
