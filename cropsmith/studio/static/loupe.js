"use strict";
// One photo, large: its crop is corrected, judged and taken away, and the next one follows.

const MOST = 15, FINE = 0.1; // degrees that a photo is turned by, and in steps of which
const degrees = (angle) => `${angle > 0 ? "+" : angle < 0 ? "−" : ""}${Math.abs(angle).toFixed(1)}°`;
const RATIOS = ["1:1", "4:5", "5:4", "2:3", "3:2", "4:3", "3:4", "16:9", "9:16"];

class Loupe {
  // `order()` lists the photos as the sheet has them; `go(number or null)` changes the address.
  constructor(place, order, go) {
    this.place = place;
    this.order = order;
    this.go = go;
    this.chosen = new Map(); // number -> the take and shape that are shown
    this.guides = localStorage.getItem("guides") in GUIDES ? localStorage.getItem("guides") : "thirds";
    this.answer = new Answer($("answer"), this);
    this.number = null;
    document.addEventListener("keydown", (event) => this.key(event));
  }

  get told() { return sitting.sheets.get(this.number); }
  get take() {
    const wanted = this.chosen.get(this.number)?.take;
    return this.told.takes.find((take) => take.number === wanted && take.report) ?? answered(this.told);
  }
  get target() { return Math.min(this.chosen.get(this.number)?.target ?? 0, (this.take?.report.crops.length ?? 1) - 1); }
  get crop() { return this.take?.report.crops[this.target] ?? null; }
  get standing() { return this.take?.standing[this.target] ?? null; }

  open(number) {
    if (this.number !== null) this.editor?.settle();
    this.number = number;
    this.had = null;
    const { entry } = this.told;
    if (!this.chosen.has(number)) this.firstOpen();
    this.editor = entry.sha256 ? new Editor({ href: `/photos/${entry.sha256}`, size: entry.size }, () => this.answer.preview(), (did) => this.step(did)) : null;
    if (this.editor) this.editor.onnear = () => this.toolbar();
    if (this.editor) this.editor.guides = this.guides;
    this.place.hidden = false;
    this.frame = h("div", { class: "easel" }, this.editor?.svg ?? h("p", { class: "no-picture" }, plain(entry.problem)));
    this.tools = h("div", { class: "tools", role: "group", "aria-label": "Tools" });
    this.place.replaceChildren(this.header(), this.frame, this.tools);
    this.draw();
    // Once it is laid out its handles get their size.
    requestAnimationFrame(() => this.editor?.box && this.editor.draw());
  }

  firstOpen() {
    const take = answered(this.told), target = take?.standing.findIndex((one) => !one.word) ?? 0;
    this.chosen.set(this.number, { target: Math.max(target, 0) });
  }

  close() {
    this.editor?.settle();
    this.number = null;
    this.editor = null;
    this.place.hidden = true;
    $("answer").hidden = true;
  }

  header() {
    const list = this.order(), k = list.findIndex((told) => told.entry.number === this.number);
    const other = (by, label, sign) => h("button", { class: "nav", type: "button", "aria-label": label, disabled: !list[k + by], onclick: () => this.move(by) }, sign);
    return h("header", { class: "loupe-bar" },
      sitting.sheets.size > 1 ? h("button", { class: "quiet", type: "button", onclick: () => this.go(null) }, "All photos") : null,
      h("h2", {}, plain(this.told.entry.name)),
      h("span", { class: "small grow" }, list.length > 1 && k >= 0 ? `${k + 1} of ${list.length}` : ""),
      list.length > 1 ? [other(-1, "Photo before", "←"), other(1, "Next photo", "→")] : null);
  }

  update() {
    // What another page did is shown; what is under way here is not disturbed.
    if (this.editor?.busy) return;
    if (!this.take && this.editor) this.watch();
    this.draw();
  }

  watch() {
    const steps = newest(this.told)?.steps ?? [], boxes = steps.filter((event) => event.boxes?.length);
    const turned = steps.find((event) => event.angle != null)?.angle ?? 0;
    if (turned !== this.editor.angle && !this.editor.box) { this.editor.angle = turned; this.editor.draw(); }
    if (boxes.length) this.editor.consider(boxes[boxes.length - 1].boxes);
  }

  draw() {
    if (this.crop && this.editor) this.editor.set(corners(this.standing.box), ratioOf(this.crop, this.standing), this.standing.angle);
    this.toolbar();
    this.answer.draw();
    if (this.had === Boolean(this.take)) return;
    this.had = Boolean(this.take);
    $("asking").open = !this.had; // until there is an answer, the words are what is looked for
  }

  toolbar() {
    this.tools.hidden = !this.crop || !this.editor;
    if (this.tools.hidden) return;
    const had = this.tools.contains(document.activeElement) && document.activeElement.dataset.name;
    const asked = shapeName(this.crop, this.target), now = this.standing.ratio;
    const known = ["", ...(now && now !== "free" && !RATIOS.includes(now) ? [now] : []), "free", ...RATIOS];
    const label = (one) => (one === "" ? (this.crop.target.ratio ? `${asked}, as asked` : "free, as asked") : one);
    const select = h("select", { "aria-label": "Shape", "data-name": "ratio", onchange: (event) => this.reshape(event.target.value) },
      known.filter((one) => one !== "free" || this.crop.target.ratio).map((one) => h("option", { value: one, selected: one === now }, label(one))));
    const locked = this.editor.shape !== null;
    const guides = h("select", { "aria-label": "Guides", "data-name": "guides", onchange: (event) => this.guide(event.target.value) },
      Object.keys(GUIDES).map((one) => h("option", { selected: one === this.guides }, one)));
    const angle = this.editor.angle, by = h("output", { class: "small angle" }, degrees(angle));
    const slider = h("input", { type: "range", min: -MOST, max: MOST, step: FINE, value: angle, "aria-label": "Straighten, degrees clockwise", "aria-valuetext": degrees(angle), "data-name": "angle", oninput: (event) => this.tilt(Number(event.target.value)) });
    const level = h("button", { class: "nav small-nav", type: "button", "aria-label": "0°, not turned", "data-name": "level", disabled: !angle, onclick: () => this.level() }, "0°");
    const near = (by, text, name) => h("button", { class: "nav small-nav", type: "button", "aria-label": name, "data-name": name, disabled: this.editor.zoom === (by > 1 ? NEAREST : 1), onclick: () => this.editor.near(by ? this.editor.zoom * by : 1) }, text);
    this.tools.replaceChildren(select,
      h("button", { class: "toggle", type: "button", "data-name": "lock", "aria-pressed": String(locked), onclick: () => this.lock(locked) }, "Lock the shape"),
      h("button", { class: "toggle", type: "button", "data-name": "turn", onclick: () => this.turn() }, "Turn the shape"),
      h("label", { class: "straighten small" }, "Straighten", slider, by), level,
      h("span", { class: "grow" }), guides,
      h("span", { class: "zooming" }, near(1 / 1.5, "−", "Further away"), h("span", { class: "small zoom", role: "status" }, `${Math.round(100 * this.editor.zoom)} %`), near(1.5, "+", "Nearer"), near(0, "⤢", "The whole photo")));
    if (had) this.tools.querySelector(`[data-name="${had}"]`)?.focus();
  }

  tilt(angle) {
    this.editor.tilt(angle);
    this.tools.querySelector(".angle").textContent = degrees(angle);
    this.tools.querySelector("[data-name=angle]").setAttribute("aria-valuetext", degrees(angle));
    this.tools.querySelector("[data-name=level]").disabled = !angle;
  }

  level() {
    this.editor.settle();
    this.edit({ box: boxed(carried(this.editor.box, this.told.entry.size, this.editor.angle, 0)), angle: 0, did: "not turned" });
  }

  guide(name) {
    this.guides = this.editor.guides = name;
    localStorage.setItem("guides", name);
    this.editor.draw();
  }

  // Width over height as text, of the box as it stands.
  proportions() {
    const { width: W, height: H } = this.editor.extent, [x1, y1, x2, y2] = this.editor.box;
    return `${Math.round((x2 - x1) * W)}:${Math.round((y2 - y1) * H)}`;
  }

  reshape(ratio) {
    this.editor.settle();
    const wanted = ratioOf(this.crop, { ratio }), { width: W, height: H } = this.editor.extent;
    const box = reshaped(this.editor.box, wanted ? (wanted * H) / W : null);
    this.edit({ box: boxed(box), ratio, did: ratio || "the shape asked for" });
  }

  lock(locked) {
    this.editor.settle();
    this.edit({ box: boxed(this.editor.box), ratio: locked ? "free" : this.proportions(), did: locked ? "unlocked" : "locked" });
  }

  turn() {
    const now = this.editor.shape ? (this.standing.ratio || (this.crop.target.ratio && `${this.crop.target.ratio.width}:${this.crop.target.ratio.height}`)) : this.proportions();
    const [width, height] = now.split(/[:x×/]/);
    this.reshape(`${height.trim()}:${width.trim()}`);
  }

  step(did) { this.edit({ box: boxed(this.editor.box), angle: this.editor.angle, did }); }

  // A corrected crop has not been judged: what was said was said of another.
  async edit(change) {
    await sitting.edit(this.number, { ...this.standing, word: "", take: this.take.number, target: this.target, ...change });
  }

  at(b) {
    const { box, angle } = this.standing;
    return angle === this.take.report.angle && ["x1", "y1", "x2", "y2"].every((side) => Math.abs(b[side] - box[side]) < 1e-6);
  }

  alternative(one, k) {
    this.editor.settle();
    this.edit({ box: one.box, ratio: "", angle: this.take.report.angle, did: k ? `alternative ${k}` : "the answer" });
  }

  async judge(said) {
    if (!this.crop) return;
    this.editor.settle();
    const number = this.number, target = this.target;
    const told = await sitting.edit(number, { ...this.standing, box: boxed(this.editor.box), angle: this.editor.angle, take: this.take.number, target, word: said, did: said });
    if (!told) return;
    say(`${said}.`);
    if (this.number !== number) return; // somebody went on meanwhile
    const open = this.take.standing.findIndex((one) => !one.word);
    if (open >= 0) this.choose({ target: open });
    else if (sitting.sheets.size > 1) {
      offer(`${said === "accepted" ? "Accepted" : "Rejected"} ${plain(told.entry.name)}.`, [number]);
      this.nextOpen();
    }
  }

  nextOpen() {
    const list = [...sitting.sheets.values()], all = this.order();
    const open = (told) => told.entry.number !== this.number && answered(told) && !word(told);
    const next = all.find(open) ?? list.find(open);
    this.go(next ? next.entry.number : null);
  }

  choose(change) {
    this.editor?.settle();
    this.chosen.set(this.number, { take: this.take?.number, target: this.target, ...change });
    this.draw();
  }

  move(by) {
    const list = this.order(), k = list.findIndex((told) => told.entry.number === this.number);
    if (list[k + by]) this.go(list[k + by].entry.number);
  }

  async back(way) {
    this.editor?.settle();
    await undo(this.number, way);
  }

  async again(take, settings) {
    const wanted = { ...take.wanted, models: [take.model], settings: { ...take.wanted.settings, ...settings } };
    this.chosen.delete(this.number); // the new answer is shown when it is there
    await attempt(() => post(`/sittings/${sitting.id}/orders`, { wanted, entries: [this.number] }));
  }

  async download() {
    this.editor.settle();
    const notes = await attempt(async () => keep(await ask("GET", `/sittings/${sitting.id}/entries/${this.number}/crop?take=${this.take.number}&target=${this.target}`)));
    if (notes?.length) offer(plain(notes.join(" ")), []);
  }

  key(event) {
    if (this.number === null || event.defaultPrevented) return;
    const typing = event.target.closest?.("input, textarea, select, summary"), sliding = event.target.type === "range";
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && (!typing || sliding)) this.back(event.shiftKey ? "redo" : "undo");
    else if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
    else if (event.key === "Escape" && sitting.sheets.size > 1) this.go(null);
    else if (event.key === "ArrowLeft") this.move(-1);
    else if (event.key === "ArrowRight") this.move(1);
    else if (event.key === "a" || (event.key === "Enter" && !event.target.closest?.("a, button"))) this.judge("accepted");
    else if (event.key === "x") this.judge("rejected");
    else if (event.key === "s" && this.take?.report.crops.length > 1) this.choose({ target: (this.target + 1) % this.take.report.crops.length });
    else return;
    event.preventDefault();
  }
}
