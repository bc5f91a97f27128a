"use strict";
// A photo with one box that can be dragged, resized and moved by keys, its ratio locked.

const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

class Editor {
  constructor(photo, onchange) {
    this.photo = photo;
    this.onchange = onchange;
    this.box = null;
    this.shape = null;
    const W = photo.width, H = photo.height;
    this.live = s("g", { class: "live" });
    this.shade = s("path", { class: "shade", "fill-rule": "evenodd" });
    this.frame = s("rect", { class: "frame", tabindex: 0, role: "img", "aria-label": "The crop" });
    this.thirds = s("path", { class: "guide" });
    this.handles = HANDLES.map((name) => s("circle", { class: `handle h-${name}`, "data-handle": name, r: 1 }));
    this.svg = s("svg", { class: "canvas editor", viewBox: `0 0 ${W} ${H}` },
      s("image", { href: `/photos/${photo.sha256}`, width: W, height: H, preserveAspectRatio: "none" }),
      this.live, this.shade, this.thirds, this.frame, ...this.handles);
    this.svg.addEventListener("pointerdown", (event) => this.grab(event));
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, () => { this.grip = null; });
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.hide();
  }

  hide() {
    for (const node of [this.shade, this.frame, this.thirds, ...this.handles]) node.style.display = "none";
  }

  // Boxes under consideration, while the run is going on.
  consider(boxes) {
    const { width: W, height: H } = this.photo;
    this.live.replaceChildren(...boxes.map((b) => s("rect", { x: b.x1 * W, y: b.y1 * H, width: (b.x2 - b.x1) * W, height: (b.y2 - b.y1) * H })));
  }

  // `ratio` is width over height in pixels; null leaves the shape free.
  set(box, ratio) {
    this.consider([]);
    this.box = box;
    this.shape = ratio ? (ratio * this.photo.height) / this.photo.width : null;
    for (const node of [this.shade, this.frame, this.thirds]) node.style.display = "";
    // With the ratio locked a side cannot move alone.
    for (const handle of this.handles) handle.style.display = this.shape && handle.dataset.handle.length === 1 ? "none" : "";
    this.draw();
  }

  draw() {
    const { width: W, height: H } = this.photo;
    const [x1, y1, x2, y2] = [this.box[0] * W, this.box[1] * H, this.box[2] * W, this.box[3] * H];
    this.shade.setAttribute("d", `M0 0H${W}V${H}H0Z M${x1} ${y1}V${y2}H${x2}V${y1}Z`);
    const [w, h3] = [(x2 - x1) / 3, (y2 - y1) / 3];
    this.thirds.setAttribute("d", `M${x1 + w} ${y1}V${y2}M${x1 + 2 * w} ${y1}V${y2}M${x1} ${y1 + h3}H${x2}M${x1} ${y1 + 2 * h3}H${x2}`);
    for (const [name, value] of Object.entries({ x: x1, y: y1, width: x2 - x1, height: y2 - y1 })) this.frame.setAttribute(name, value);
    const scale = 1 / (Math.min(this.svg.clientWidth / W, this.svg.clientHeight / H) || 1);
    for (const handle of this.handles) {
      const name = handle.dataset.handle;
      handle.setAttribute("cx", name.includes("w") ? x1 : name.includes("e") ? x2 : (x1 + x2) / 2);
      handle.setAttribute("cy", name.includes("n") ? y1 : name.includes("s") ? y2 : (y1 + y2) / 2);
      handle.setAttribute("r", 8 * scale);
    }
    this.frame.setAttribute("aria-label", `The crop, ${this.size()} pixels. Arrow keys move it, plus and minus change its size.`);
  }

  size() {
    const { width: W, height: H } = this.photo;
    return `${Math.round((this.box[2] - this.box[0]) * W)} × ${Math.round((this.box[3] - this.box[1]) * H)}`;
  }

  at(event) {
    const bounds = this.svg.getBoundingClientRect();
    const { width: W, height: H } = this.photo;
    // The drawing keeps its shape inside the element: the rest is margin.
    const scale = Math.min(bounds.width / W, bounds.height / H);
    return [(event.clientX - bounds.left - (bounds.width - W * scale) / 2) / (W * scale),
      (event.clientY - bounds.top - (bounds.height - H * scale) / 2) / (H * scale)];
  }

  grab(event) {
    if (!this.box || !(event.target === this.frame || event.target.dataset.handle)) return;
    event.preventDefault();
    this.frame.focus({ preventScroll: true });
    this.svg.setPointerCapture(event.pointerId);
    this.grip = { handle: event.target.dataset.handle, from: this.at(event), box: this.box };
  }

  drag(event) {
    if (!this.grip) return;
    const [x, y] = this.at(event), { handle, from, box } = this.grip;
    this.change(handle ? resized(box, handle, [x, y], this.shape) : moved(box, x - from[0], y - from[1]));
  }

  key(event) {
    const by = event.shiftKey ? 0.05 : 0.01;
    const moves = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
    if (moves[event.key]) this.change(moved(this.box, ...moves[event.key]));
    else if (event.key === "+" || event.key === "=") this.change(scaled(this.box, 1 + 2 * by, this.shape));
    else if (event.key === "-") this.change(scaled(this.box, 1 / (1 + 2 * by), this.shape));
    else return;
    event.preventDefault();
    say(`${this.size()} pixels`);
  }

  change(box) {
    this.box = box;
    this.draw();
    this.onchange();
  }
}
