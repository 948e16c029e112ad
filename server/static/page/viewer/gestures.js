// Zoom and pan with wheel, fingers and mouse. The keys are in shortcuts.js.

const WHEEL_STEP = 0.0022;

/** Let a list of pages be zoomed with Ctrl and the wheel or two fingers, and moved with space or the middle button. */
export function addGestures(list) {
  zoomWithWheel(list);
  zoomWithFingers(list);
  panWithMouse(list);
}

function zoomWithWheel(list) {
  const zoom = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 30 : event.deltaY;
    // A trackpad sends many small steps, a wheel few large ones.
    list.zoomBy(Math.exp(-Math.max(-150, Math.min(150, pixels)) * WHEEL_STEP), { x: event.clientX, y: event.clientY });
  };
  list.root.addEventListener("wheel", zoom, { passive: false });
}

function zoomWithFingers(list) {
  let distance = null;
  const apart = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  const start = (event) => {
    distance = event.touches.length === 2 ? apart(event.touches) : null;
  };
  const move = (event) => {
    if (distance === null || event.touches.length !== 2) return;
    event.preventDefault();
    const [a, b] = event.touches;
    const now = apart(event.touches);
    list.zoomBy(now / distance, { x: (a.clientX + b.clientX) / 2, y: (a.clientY + b.clientY) / 2 });
    distance = now;
  };
  list.root.addEventListener("touchstart", start, { passive: true });
  list.root.addEventListener("touchmove", move, { passive: false });
  list.root.addEventListener("touchend", start, { passive: true });
}

function panWithMouse(list) {
  let held = false;
  let last = null;
  const spaceOf = (event) => event.code === "Space" && event.target === list.root;
  list.root.addEventListener("keydown", (event) => {
    if (!spaceOf(event)) return;
    event.preventDefault();
    held = true;
    list.root.classList.add("can-pan");
  });
  const letGo = () => {
    held = false;
    list.root.classList.remove("can-pan");
  };
  list.root.addEventListener("keyup", (event) => spaceOf(event) && letGo());
  list.root.addEventListener("blur", letGo);
  const start = (event) => {
    if (event.pointerType !== "mouse" || !(event.button === 1 || (event.button === 0 && held))) return;
    event.preventDefault();
    event.stopPropagation();
    last = { x: event.clientX, y: event.clientY };
    list.root.setPointerCapture(event.pointerId);
    list.root.classList.add("is-panning");
  };
  list.root.addEventListener("pointerdown", start, { capture: true });
  // The browser's own scrolling with the middle button, and the selection with the left one, start here.
  const noDefault = (event) => (event.button === 1 || held) && event.preventDefault();
  list.root.addEventListener("mousedown", noDefault, { capture: true });
  list.root.addEventListener("pointermove", (event) => {
    if (!last) return;
    list.root.scrollBy(last.x - event.clientX, last.y - event.clientY);
    last = { x: event.clientX, y: event.clientY };
  });
  const end = () => {
    last = null;
    list.root.classList.remove("is-panning");
  };
  list.root.addEventListener("pointerup", end);
  list.root.addEventListener("pointercancel", end);
}
