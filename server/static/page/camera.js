// Takes a photo with the machine's camera, or with the camera program of a phone.
import { button, element, freshId } from "./dom.js";
import { texts } from "./i18n.js";

const WANTED = { video: { facingMode: "environment", width: { ideal: 4096 }, height: { ideal: 4096 } } };

// A photo as a file, or null.
export function takePhoto(root) {
  const touched = window.matchMedia("(pointer: coarse)").matches;
  return touched || !navigator.mediaDevices ? fromProgram() : fromCamera(root);
}

function fromProgram() {
  const input = element("input", { type: "file", accept: "image/*", capture: "environment" });
  return new Promise((given) => {
    input.addEventListener("change", () => given(input.files[0] ?? null));
    input.addEventListener("cancel", () => given(null));
    input.click();
  });
}

async function fromCamera(root) {
  const title = freshId("camera");
  const video = element("video", { autoplay: true, playsInline: true, muted: true, class: "camera" });
  const said = element("p", { role: "status" }, texts("camera.starting"));
  const shoot = button(texts("camera.shoot"), () => finish(photoOf(video)), { class: "primary", disabled: true });
  const close = button(texts("camera.close"), () => finish(null), { class: "plain" });
  const dialog = element(
    "dialog",
    { "aria-labelledby": title },
    element(
      "div",
      { class: "dialog-body" },
      element("h2", { id: title }, texts("camera.title")),
      said,
      video,
      element("div", { class: "dialog-acts" }, close, shoot),
    ),
  );
  let finish;
  const result = new Promise((given) => {
    finish = given;
  });
  dialog.addEventListener("close", () => finish(null));
  root.append(dialog);
  dialog.showModal();
  let stream = null;
  navigator.mediaDevices.getUserMedia(WANTED).then(
    (opened) => {
      stream = opened;
      if (!dialog.open) {
        stop(stream);
        return;
      }
      video.srcObject = stream;
      said.textContent = texts("camera.about");
      shoot.disabled = false;
    },
    () => {
      said.textContent = texts("camera.refused");
    },
  );
  try {
    return await result;
  } finally {
    stop(stream);
    dialog.close();
    dialog.remove();
  }
}

function stop(stream) {
  for (const track of stream?.getTracks() ?? []) {
    track.stop();
  }
}

async function photoOf(video) {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d").drawImage(video, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
  return new File([blob], `photo ${new Date().toTimeString().slice(0, 8).replaceAll(":", "-")}.jpg`, { type: blob.type });
}
