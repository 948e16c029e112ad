// Which words differ between two texts: Myers' algorithm in linear space.

const WORDS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu;

/**
 * Split a text into words. Each Chinese or Japanese character is a word of its own.
 * @returns {{text: string, start: number, end: number}[]}
 */
export function wordsOf(text) {
  return Array.from(text.matchAll(WORDS), (match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/**
 * The runs of words that differ.
 * @param {string[]} a
 * @param {string[]} b
 * @returns {{a: [number, number], b: [number, number]}[]} half-open ranges in order; one of the two may be empty
 */
export function diff(a, b) {
  const kept = [];
  compareRange(a, 0, a.length, b, 0, b.length, kept);
  kept.push([a.length, b.length]);
  const differences = [];
  let [fromA, fromB] = [0, 0];
  for (const [inA, inB] of kept) {
    if (inA > fromA || inB > fromB) differences.push({ a: [fromA, inA], b: [fromB, inB] });
    [fromA, fromB] = [inA + 1, inB + 1];
  }
  return differences;
}

/** Add the pairs of equal words of two ranges to `kept`, in order. */
function compareRange(a, startA, endA, b, startB, endB, kept) {
  while (startA < endA && startB < endB && a[startA] === b[startB]) kept.push([startA++, startB++]);
  const tail = [];
  while (startA < endA && startB < endB && a[endA - 1] === b[endB - 1]) tail.push([--endA, --endB]);
  if (startA < endA && startB < endB) {
    const middle = middleOf(a, startA, endA, b, startB, endB);
    if (middle) {
      const [middleA, middleB] = middle;
      compareRange(a, startA, middleA, b, startB, middleB, kept);
      compareRange(a, middleA, endA, b, middleB, endB, kept);
    }
  }
  for (const pair of tail.reverse()) kept.push(pair);
}

/**
 * A point on a shortest path of edits through two ranges, at about half of its edits; null if the ranges have nothing in
 * common. Paths grow from both ends, one edit at a time, until two meet.
 */
function middleOf(a, startA, endA, b, startB, endB) {
  const [lengthA, lengthB] = [endA - startA, endB - startB];
  const delta = lengthA - lengthB;
  const most = Math.ceil((lengthA + lengthB) / 2);
  const size = 2 * most + 2;
  const at = (diagonal) => ((diagonal % size) + size) % size;
  const forward = new Int32Array(size).fill(-1);
  const backward = new Int32Array(size).fill(-1);
  forward[at(1)] = 0;
  backward[at(1)] = 0;
  for (let edits = 0; edits <= most; edits += 1) {
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = nextOn(forward, at, diagonal, edits);
      while (x < lengthA && x - diagonal < lengthB && a[startA + x] === b[startB + x - diagonal]) x += 1;
      forward[at(diagonal)] = x;
      const other = delta - diagonal;
      if (delta % 2 !== 0 && Math.abs(other) < edits && x + backward[at(other)] >= lengthA) {
        return pointOf(startA, startB, x, x - diagonal, lengthA, lengthB);
      }
    }
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = nextOn(backward, at, diagonal, edits);
      while (x < lengthA && x - diagonal < lengthB && a[endA - 1 - x] === b[endB - 1 - x + diagonal]) x += 1;
      backward[at(diagonal)] = x;
      const other = delta - diagonal;
      if (delta % 2 === 0 && Math.abs(other) <= edits && x + forward[at(other)] >= lengthA) {
        return pointOf(startA, startB, lengthA - x, lengthB - x + diagonal, lengthA, lengthB);
      }
    }
  }
  return null;
}

function nextOn(furthest, at, diagonal, edits) {
  const fromAbove = furthest[at(diagonal + 1)];
  const fromLeft = furthest[at(diagonal - 1)] + 1;
  return diagonal === -edits || (diagonal !== edits && fromLeft <= fromAbove) ? fromAbove : fromLeft;
}

/** The point in the whole texts; null where it is a corner, because then the ranges would not become smaller. */
function pointOf(startA, startB, x, y, lengthA, lengthB) {
  const corner = (x <= 0 && y <= 0) || (x >= lengthA && y >= lengthB);
  return corner ? null : [startA + x, startB + y];
}
