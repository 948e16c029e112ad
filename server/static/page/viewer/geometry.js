// Where a line is on its page. A polygon is four corners [x, y] in the page's pixels: the first two are the upper edge
// of the line as it is read, the others go on clockwise.

// A box so much higher than wide is read from top to bottom. It is the recogniser's own rule.
const VERTICAL_RATIO = 1.5;

const between = (a, b, t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
const minus = (a, b) => [a[0] - b[0], a[1] - b[1]];

/** The vectors of a line's frame: where it begins, along its reading direction, and across. */
function frameOf(polygon) {
  const along = minus(polygon[1], polygon[0]);
  const across = minus(polygon[3], polygon[0]);
  const vertical = Math.hypot(...across) >= VERTICAL_RATIO * Math.hypot(...along);
  return { origin: polygon[0], along, across, vertical };
}

/** Whether the line is read from top to bottom. */
export function isVertical(polygon) {
  return frameOf(polygon).vertical;
}

/** The length of the line in its reading direction, and its thickness, in pixels; at least 1. */
export function sizeOf(polygon) {
  const { along, across, vertical } = frameOf(polygon);
  const [width, height] = [Math.max(1, Math.hypot(...along)), Math.max(1, Math.hypot(...across))];
  return vertical ? { length: height, thickness: width } : { length: width, thickness: height };
}

/** The CSS transform that lays a box of this width and height at 0, 0 over the polygon. */
export function transformOver(polygon, width, height) {
  const { origin, along, across } = frameOf(polygon);
  const numbers = [along[0] / width, along[1] / width, across[0] / height, across[1] / height, origin[0], origin[1]];
  return `matrix(${numbers.map((number) => Number(number.toFixed(5))).join(",")})`;
}

/** The part of a line's polygon between two fractions of its length. */
export function partOf(polygon, from, to) {
  const [a, b, c, d] = polygon;
  if (isVertical(polygon)) return [between(a, d, from), between(b, c, from), between(b, c, to), between(a, d, to)];
  return [between(a, b, from), between(a, b, to), between(d, c, to), between(d, c, from)];
}

/** The polygon with a margin around it, as a share of the line's thickness, so that its outline stands clear of the text. */
export function withMargin(polygon, share) {
  const { along, across } = frameOf(polygon);
  const margin = share * sizeOf(polygon).thickness;
  const step = (vector) => vector.map((part) => (part * margin) / (Math.hypot(...vector) || 1));
  const [[ax, ay], [bx, by]] = [step(along), step(across)];
  const signs = [[-1, -1], [1, -1], [1, 1], [-1, 1]];
  return polygon.map(([x, y], corner) => {
    const [u, v] = signs[corner];
    return [x + u * ax + v * bx, y + u * ay + v * by];
  });
}

/** The rectangle around a polygon: x, y, width, height. */
export function boundsOf(polygon) {
  const [xs, ys] = [polygon.map((corner) => corner[0]), polygon.map((corner) => corner[1])];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/**
 * Where a point is in relation to a line.
 * @returns {{fraction: number, distance: number}} how far along the line it is (0 to 1), and how far outside in pixels
 */
export function relationTo(polygon, x, y) {
  const { origin, along, across, vertical } = frameOf(polygon);
  const area = along[0] * across[1] - along[1] * across[0];
  if (Math.abs(area) < 1e-6) return { fraction: 0, distance: Math.hypot(x - origin[0], y - origin[1]) };
  const [dx, dy] = [x - origin[0], y - origin[1]];
  const u = (dx * across[1] - dy * across[0]) / area;
  const v = (along[0] * dy - along[1] * dx) / area;
  const outside = (value) => Math.max(0, -value, value - 1);
  const distance = Math.hypot(outside(u) * Math.hypot(...along), outside(v) * Math.hypot(...across));
  return { fraction: Math.min(1, Math.max(0, vertical ? v : u)), distance };
}

/** Whether the middle of a polygon is in a box [x0, y0, x1, y1]. */
export function isInBox(polygon, box) {
  const { x, y, width, height } = boundsOf(polygon);
  const [middleX, middleY] = [x + width / 2, y + height / 2];
  return box[0] <= middleX && middleX <= box[2] && box[1] <= middleY && middleY <= box[3];
}
