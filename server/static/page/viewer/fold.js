// Folds text for searching: upper and lower case, and full and half width, become the same.

const ASCII = /^[\x00-\x7f]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Fold a text.
 * @returns {{text: string, starts: number[], ends: number[]}} the folded text, and for each of its code units where the
 *   character that it comes from starts and ends in the given text
 */
export function fold(text) {
  if (ASCII.test(text)) {
    const starts = Array.from({ length: text.length }, (_, index) => index);
    return { text: text.toLowerCase(), starts, ends: starts.map((start) => start + 1) };
  }
  let folded = "";
  const starts = [];
  const ends = [];
  for (const { segment, index } of graphemes.segment(text)) {
    const part = segment.normalize("NFKC").toLowerCase();
    folded += part;
    for (let unit = 0; unit < part.length; unit += 1) {
      starts.push(index);
      ends.push(index + segment.length);
    }
  }
  return { text: folded, starts, ends };
}
