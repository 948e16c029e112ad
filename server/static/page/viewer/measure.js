// How wide text is in the font of the text layer, so that text and picture can be matched.

/** The font of the text layer; `viewer.css` names the same. */
const FONT = "sans-serif";
const SIZE = 100;

const context = document.createElement("canvas").getContext("2d");
context.font = `${SIZE}px ${FONT}`;
const edges = new WeakMap();

/** The width of a text in a font of this size. */
export function widthOf(text, size) {
  return (context.measureText(text).width * size) / SIZE;
}

/** For each offset in the line's text, how far along the line it is, between 0 and 1. */
function edgesOf(line) {
  let known = edges.get(line);
  if (!known) {
    const whole = context.measureText(line.text).width || 1;
    known = [0];
    for (const character of line.text) {
      const offset = known.length - 1 + character.length;
      const edge = Math.min(1, context.measureText(line.text.slice(0, offset)).width / whole);
      while (known.length <= offset) known.push(edge);
    }
    edges.set(line, known);
  }
  return known;
}

/** How far along the line an offset in its text is, between 0 and 1. */
export function fractionAt(line, offset) {
  return edgesOf(line)[offset];
}

/** The offset in the line's text that is nearest to a fraction of the line's length. */
export function offsetAt(line, fraction) {
  const known = edgesOf(line);
  let nearest = 0;
  known.forEach((edge, offset) => {
    if (Math.abs(edge - fraction) < Math.abs(known[nearest] - fraction)) nearest = offset;
  });
  return nearest;
}
