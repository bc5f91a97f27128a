"use strict";
// A photo with one box: dragged, resized and moved by keys, looked at from near, with guides.

const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const GUIDES = {
  thirds: { x: [1 / 3, 2 / 3], y: [1 / 3, 2 / 3] },
  "golden section": { x: [1 - GOLDEN, GOLDEN], y: [1 - GOLDEN, GOLDEN] },
  centre: { x: [1 / 2], y: [1 / 2] },
  grid: { x: [1, 2, 3, 4, 5, 6, 7].map((n) => n / 8), y: [1, 2, 3, 4, 5, 6, 7].map((n) => n / 8) },
  diagonals: { x: [], y: [], diagonals: true },
  none: { x: [], y: [] },
};
const NEAREST = 8; // times that the photo can be enlarged
const PAUSE = 600; // milliseconds after the last key: then the keys were one step

class Editor {
  // `photo` has an `href` and a `size`; `onchange()` after every change, `onstep(did)` once for each
  // that a person has finished.
  constructor(photo, onchange, onstep) {
    this.photo = photo;
    this.onchange = onchange;
    this.onnear = () => {}; // after it is looked at from nearer or further away
    this.onstep = onstep;
    this.box = null;
    this.ratio = null;
    this.guides = "thirds";
    this.zoom = 1;
    this.angle = 0;
    const { width: W, height: H } = photo.size;
    this.centre = [W / 2, H / 2];
    this.live = s("g", { class: "live" });
    this.others = s("g", { class: "others" });
    this.shade = s("path", { class: "shade", "fill-rule": "evenodd" });
    this.frame = s("rect", { class: "frame", tabindex: 0, role: "img", "aria-label": "The crop" });
    this.guide = s("path", { class: "guide" });
    this.handles = HANDLES.map((name) => s("circle", { class: `handle h-${name}`, "data-handle": name, r: 1 }));
    this.image = s("image", { href: photo.href, width: W, height: H, preserveAspectRatio: "none" });
    this.window = s("svg", {}, this.image); // nothing of the corners that go is seen
    this.svg = s("svg", { class: "canvas editor", viewBox: `0 0 ${W} ${H}` },
      this.window,
      this.live, this.shade, this.others, this.guide, this.frame, ...this.handles);
    this.svg.addEventListener("pointerdown", (event) => this.grab(event));
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, () => this.release());
    this.svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.show(false);
  }

  get busy() { return Boolean(this.grip || this.keys); }

  // Of the photo as it is turned: what the box lies on.
  get extent() { return levelSize(this.photo.size, this.angle); }

  show(yes) {
    for (const node of [this.shade, this.frame, this.guide, ...this.handles]) node.style.display = yes ? "" : "none";
    // With the ratio locked a side cannot move alone.
    if (yes && this.shape) for (const one of this.handles) if (one.dataset.handle.length === 1) one.style.display = "none";
  }

  // Boxes under consideration, while the run is going on.
  consider(boxes) {
    const { width: W, height: H } = this.extent;
    this.live.replaceChildren(...boxes.map((b) => s("rect", { x: b.x1 * W, y: b.y1 * H, width: (b.x2 - b.x1) * W, height: (b.y2 - b.y1) * H })));
  }

  // What others answered, each in a colour of its own.
  rivals(drawn) {
    const { width: W, height: H } = this.extent;
    this.others.replaceChildren(...drawn.map(({ box: b, colour }) => s("rect", { x: b.x1 * W, y: b.y1 * H, width: (b.x2 - b.x1) * W, height: (b.y2 - b.y1) * H, stroke: colour })));
  }

  // `ratio` is width over height in pixels; null leaves the shape free. The box lies on the photo
  // turned by `angle`, in degrees.
  set(box, ratio, angle = 0) {
    this.consider([]);
    this.box = box;
    this.angle = angle;
    this.ratio = ratio;
    this.show(true);
    this.draw();
  }

  get shape() { return this.ratio ? (this.ratio * this.extent.height) / this.extent.width : null; }

  // Turn the photo below the box. What was turned without a pause is one step, from where it began.
  tilt(angle) {
    this.before ??= { box: this.box, angle: this.angle };
    this.box = carried(this.before.box, this.photo.size, this.before.angle, angle);
    this.angle = angle;
    this.draw();
    this.onchange();
    this.pause("straightened");
  }

  // One step once nothing more comes.
  pause(did) {
    clearTimeout(this.keys?.timer);
    this.keys = { did, timer: setTimeout(() => this.settle(), PAUSE) };
  }

  draw() {
    const { width: W, height: H } = this.extent;
    this.image.setAttribute("transform", turning(this.photo.size, this.angle));
    for (const [name, value] of [["width", W], ["height", H]]) this.window.setAttribute(name, value);
    const shown = [W / this.zoom, H / this.zoom];
    this.centre = this.centre.map((at, k) => clamp(at, shown[k] / 2, [W, H][k] - shown[k] / 2));
    this.svg.setAttribute("viewBox", `${this.centre[0] - shown[0] / 2} ${this.centre[1] - shown[1] / 2} ${shown[0]} ${shown[1]}`);
    this.svg.classList.toggle("near", this.zoom > 1);
    if (!this.box) return;
    const [x1, y1, x2, y2] = [this.box[0] * W, this.box[1] * H, this.box[2] * W, this.box[3] * H];
    this.shade.setAttribute("d", `M0 0H${W}V${H}H0Z M${x1} ${y1}V${y2}H${x2}V${y1}Z`);
    const lines = GUIDES[this.guides], at = (low, high, share) => low + (high - low) * share;
    this.guide.setAttribute("d", [
      ...lines.x.map((share) => `M${at(x1, x2, share)} ${y1}V${y2}`), ...lines.y.map((share) => `M${x1} ${at(y1, y2, share)}H${x2}`),
      ...(lines.diagonals ? [`M${x1} ${y1}L${x2} ${y2}M${x2} ${y1}L${x1} ${y2}`] : [])].join(""));
    for (const [name, value] of Object.entries({ x: x1, y: y1, width: x2 - x1, height: y2 - y1 })) this.frame.setAttribute(name, value);
    const radius = 8 * this.unit();
    for (const handle of this.handles) {
      const name = handle.dataset.handle;
      handle.setAttribute("cx", name.includes("w") ? x1 : name.includes("e") ? x2 : (x1 + x2) / 2);
      handle.setAttribute("cy", name.includes("n") ? y1 : name.includes("s") ? y2 : (y1 + y2) / 2);
      handle.setAttribute("r", radius);
    }
    this.frame.setAttribute("aria-label", `The crop, ${this.size()} pixels. Arrow keys move it, plus and minus change its size.`);
  }

  size() {
    const { width: W, height: H } = this.extent;
    return `${Math.round((this.box[2] - this.box[0]) * W)} × ${Math.round((this.box[3] - this.box[1]) * H)}`;
  }

  // Pixels of the photo that one pixel of the screen shows.
  unit() {
    const { width: W, height: H } = this.extent;
    return 1 / (Math.min((this.svg.clientWidth * this.zoom) / W, (this.svg.clientHeight * this.zoom) / H) || 1);
  }

  at(event) {
    const bounds = this.svg.getBoundingClientRect(), { width: W, height: H } = this.extent, unit = this.unit();
    return [(this.centre[0] + (event.clientX - bounds.left - bounds.width / 2) * unit) / W,
      (this.centre[1] + (event.clientY - bounds.top - bounds.height / 2) * unit) / H];
  }

  near(zoom) {
    this.zoom = clamp(zoom, 1, NEAREST);
    const { width: W, height: H } = this.extent;
    if (this.box) this.centre = [((this.box[0] + this.box[2]) / 2) * W, ((this.box[1] + this.box[3]) / 2) * H];
    this.draw();
    this.onchange();
    this.onnear();
  }

  wheel(event) {
    if (!event.ctrlKey) return; // the page scrolls; a pinch comes as this
    event.preventDefault();
    this.near(this.zoom * (event.deltaY < 0 ? 1.2 : 1 / 1.2));
  }

  grab(event) {
    if (!this.box) return;
    const inside = event.target === this.frame || event.target.dataset.handle;
    if (!inside && this.zoom === 1) return;
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    if (inside) this.frame.focus({ preventScroll: true });
    this.grip = inside
      ? { handle: event.target.dataset.handle, from: this.at(event), box: this.box }
      : { pan: [event.clientX, event.clientY], centre: this.centre, box: this.box };
  }

  drag(event) {
    if (!this.grip) return;
    const { handle, from, box, pan, centre } = this.grip;
    if (pan) {
      this.centre = [centre[0] - (event.clientX - pan[0]) * this.unit(), centre[1] - (event.clientY - pan[1]) * this.unit()];
      this.draw();
      return;
    }
    const [x, y] = this.at(event);
    this.change(handle ? resized(box, handle, [x, y], this.shape) : moved(box, x - from[0], y - from[1]));
  }

  release() {
    if (!this.grip) return;
    const { handle, box } = this.grip;
    this.grip = null;
    if (box.some((value, k) => value !== this.box[k])) this.onstep(handle ? "resized" : "moved");
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = event.shiftKey ? 0.05 : 0.01;
    const moves = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
    const move = moves[event.key];
    if (move) this.change(moved(this.box, ...move));
    else if (event.key === "+" || event.key === "=") this.change(scaled(this.box, 1 + 2 * by, this.shape));
    else if (event.key === "-") this.change(scaled(this.box, 1 / (1 + 2 * by), this.shape));
    else return;
    event.preventDefault();
    event.stopPropagation();
    say(`${this.size()} pixels`);
    this.pause(move ? "moved" : "resized");
  }

  // Keys that follow each other are one step, told when they pause or something else begins.
  settle() {
    if (!this.keys) return;
    clearTimeout(this.keys.timer);
    const { did } = this.keys;
    this.keys = this.before = null;
    this.onstep(did);
  }

  change(box) {
    this.box = box;
    this.draw();
    this.onchange();
  }
}
