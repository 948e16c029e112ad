// A document as the page shows it: its pages as they come, and how far it is. It tells of both by events.

export class Doc extends EventTarget {
  #state = "waiting";

  constructor(id, name) {
    super();
    this.id = id;
    this.name = name;
    this.pagesTotal = null;
    this.pages = new Map();
  }

  get state() {
    return this.#state;
  }

  set state(state) {
    this.#state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state } }));
  }

  add(page) {
    this.pages.set(page.number, page);
    this.dispatchEvent(new CustomEvent("page", { detail: { number: page.number } }));
  }

  clear() {
    this.pages.clear();
    this.pagesTotal = null;
  }

  // The text of all pages that are there, in their order.
  get text() {
    const pages = [...this.pages.values()].sort((one, other) => one.number - other.number);
    return pages.filter((page) => !page.failed).map((page) => page.text).join("\n\n");
  }
}

// A page that could not be read. `reason` is a sentence.
export function failedPage(number, reason) {
  return { number, width: 0, height: 0, picture: null, lines: [], blocks: [], markdown: "", text: "", failed: reason };
}

// A page out of its item of the answer. `load` gets a picture that is behind a link.
export function readPage(number, item, load) {
  const { layout, prunedResult: result } = item;
  return {
    number,
    width: layout.width,
    height: layout.height,
    picture: pictureOf(item, load),
    lines: linesOf(result, layout.blocks),
    blocks: layout.blocks.map(({ label, box, order, text, html }) => ({ label, box, order, text, html })),
    markdown: item.markdown,
    text: item.text,
  };
}

function linesOf(result, blocks) {
  // A line that spans a gutter is in the blocks on both sides.
  const order = new Set(blocks.flatMap((block) => block.lines));
  return [...order].map((index) => ({
    text: result.rec_texts[index],
    score: result.rec_scores[index],
    polygon: result.rec_polys[index],
    words: result.text_word?.[index].map((text, word) => ({ text, box: result.text_word_boxes[index][word] })),
  }));
}

// The picture that the coordinates are about: the page as it came, or as it was turned and unwarped.
function pictureOf({ inputImage, docPreprocessingImage, prunedResult, layout }, load) {
  if (docPreprocessingImage === undefined) {
    return keep(inputImage, load);
  }
  const whole = keep(docPreprocessingImage, load);
  const turned = [90, 270].includes(prunedResult.doc_preprocessor_res.angle);
  return async () => lastPanel(await whole(), layout, turned);
}

function keep(picture, load) {
  if (/^https?:/.test(picture)) {
    return () => load(picture);
  }
  const blob = new Blob([Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0))], { type: "image/jpeg" });
  return async () => blob;
}

// The server shows the page as it came, turned and unwarped side by side. The last of the three is the page that was read.
async function lastPanel(blob, { width, height }, turned) {
  const whole = await createImageBitmap(blob);
  const scale = whole.width / ((turned ? height : width) + 2 * width);
  const canvas = new OffscreenCanvas(Math.max(1, Math.floor(width * scale)), Math.max(1, Math.floor(height * scale)));
  canvas.getContext("2d").drawImage(whole, canvas.width - whole.width, 0);
  whole.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
}
