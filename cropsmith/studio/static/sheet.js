"use strict";
// The contact sheet: every photo with its crop drawn in it, filled as the answers come.

const FILTERS = {
  all: ["All", () => true],
  open: ["To decide", (told) => answered(told) && !word(told)],
  doubtful: ["Look closer", (told) => (told.doubt?.share ?? 0) >= 0.5 && !word(told)],
  accepted: ["Accepted", (told) => word(told) === "accepted"],
  rejected: ["Rejected", (told) => word(told) === "rejected"],
};

class Sheet {
  constructor(place, onopen) {
    this.place = place;
    this.onopen = onopen;
    this.kept = this.recall();
    this.cards = new Map();
    this.choices = h("div", { class: "choices" });
    this.menu = taking(); // stays, so that it can be open while answers come
    this.bar = h("div", { class: "tools sheet-bar", role: "group", "aria-label": "Contact sheet" }, this.choices, this.menu);
    this.grid = h("ul", { class: "grid", "aria-label": "Photos" });
    this.none = h("p", { class: "soft nothing", hidden: true }, "None here.");
    place.append(this.bar, this.grid, this.none);
    this.grid.addEventListener("keydown", (event) => this.key(event));
  }

  recall() {
    const found = { filter: "all", sort: "doubt", cut: false };
    try { return { ...found, ...JSON.parse(sessionStorage.getItem(`sheet ${sitting.id}`) ?? "{}") }; } catch { return found; }
  }

  choose(change) {
    Object.assign(this.kept, change);
    sessionStorage.setItem(`sheet ${sitting.id}`, JSON.stringify(this.kept));
    this.draw();
  }

  // Photos in the order in which they are shown.
  order() {
    const [, fits] = FILTERS[this.kept.filter];
    const shown = [...sitting.sheets.values()].filter(fits);
    if (this.kept.sort === "doubt") shown.sort((a, b) => (b.doubt?.share ?? -1) - (a.doubt?.share ?? -1) || a.entry.number - b.entry.number);
    else shown.sort((a, b) => a.entry.number - b.entry.number);
    return shown;
  }

  // One photo has changed: its card alone, and the counts.
  update(number) {
    this.cards.delete(number);
    this.draw();
  }

  draw() {
    const had = document.activeElement?.closest?.(".card")?.dataset.entry;
    const shown = this.order();
    this.toolbar();
    const items = shown.map((told) => {
      const number = told.entry.number;
      if (!this.cards.has(number)) this.cards.set(number, h("li", {}, this.card(told)));
      return this.cards.get(number);
    });
    // A card that stays where it is keeps its picture and the focus.
    items.forEach((item, k) => { if (this.grid.children[k] !== item) this.grid.insertBefore(item, this.grid.children[k] ?? null); });
    while (this.grid.children.length > items.length) this.grid.lastChild.remove();
    this.grid.classList.toggle("cut", this.kept.cut);
    this.none.hidden = Boolean(shown.length);
    if (had && !this.grid.contains(document.activeElement)) this.focus(Number(had));
  }

  toolbar() {
    const all = [...sitting.sheets.values()];
    const name = document.activeElement?.closest?.(".sheet-bar") && document.activeElement.dataset.name;
    const rest = all.filter((told) => {
      const take = answered(told);
      return take && take.standing.some((one, k) => !one.word && take.report.crops[k].verdict !== "reject");
    }).length;
    const done = all.filter((told) => word(told) === "accepted" || answered(told)?.standing.some((one) => one.word === "accepted")).length;
    const going = all.filter(atWork).length;
    this.menu.hidden = !done;
    this.menu.querySelector("summary").textContent = `Take away (${done})`;
    this.menu.querySelector(".into").hidden = !sitting.about?.folder;
    this.choices.replaceChildren(...[
      h("div", { class: "chips", role: "group", "aria-label": "Show" }, Object.entries(FILTERS).map(([key, [label, fits]]) =>
        h("button", { class: "toggle", type: "button", "data-name": key, "aria-pressed": String(this.kept.filter === key), onclick: () => { this.cards.clear(); this.choose({ filter: key }); } }, `${label} `, h("span", { class: "count" }, String(all.filter(fits).length))))),
      h("button", { class: "toggle", type: "button", "data-name": "sort", "aria-pressed": String(this.kept.sort === "doubt"), onclick: () => this.choose({ sort: this.kept.sort === "doubt" ? "arrival" : "doubt" }) }, "Most doubtful first"),
      h("button", { class: "toggle", type: "button", "data-name": "cut", "aria-pressed": String(this.kept.cut), onclick: () => this.choose({ cut: !this.kept.cut }) }, "Crops alone"),
      h("span", { class: "small grow", role: "status" }, going ? `${going} at work` : ""),
      rest ? h("button", { class: "quiet", type: "button", "data-name": "rest", onclick: () => this.acceptRest() }, `Accept the rest (${rest})`) : null].filter(Boolean));
    if (name) this.bar.querySelector(`[data-name="${name}"]`)?.focus();
  }

  card(told) {
    const { entry } = told, [what, kind] = status(told), said = word(told);
    const many = told.entry.problem ? 0 : (answered(told)?.standing.length ?? 0);
    const decided = answered(told)?.standing.filter((one) => one.word).length ?? 0;
    return h("button", { class: `card ${said}`, type: "button", "data-entry": entry.number, onclick: () => this.onopen(entry.number) },
      h("span", { class: "mat" }, entry.sha256 ? this.picture(told) : h("span", { class: "no-picture" }, plain(entry.problem))),
      h("span", { class: "legend-line" },
        h("span", { class: "name" }, plain(entry.name)),
        many > 1 ? h("span", { class: "small" }, `${decided}/${many}`) : null,
        h("span", { class: `mark ${said || kind}`, "aria-hidden": "true" }, said === "accepted" ? "✓" : said === "rejected" ? "✕" : "")),
      said ? h("span", { class: "hidden-visually" }, said) : h("span", { class: `why ${kind}`, title: plain((answered(told)?.report.notes ?? []).join("\n")) }, kind === "ok" ? (told.doubt?.why ?? "") : what));
  }

  picture(told) {
    const { entry } = told, take = answered(told);
    const shaped = (width, height) => ({ class: `framed ${width / height > 1.2 ? "lying" : "upright"}`, style: `aspect-ratio: ${width} / ${height}` });
    const open = take ? take.standing.findIndex((one) => !one.word) : -1, stands = take?.standing[Math.max(open, 0)];
    const turned = stands?.angle ? `&angle=${stands.angle}` : "", { width: W, height: H } = levelSize(entry.size, stands?.angle ?? 0);
    const photo = h("img", { src: `/photos/${entry.sha256}?size=small${turned}`, alt: "", loading: "lazy", draggable: "false" });
    if (!take) return h("span", shaped(W, H), photo);
    const b = stands.box;
    const [w, t] = [b.x2 - b.x1, b.y2 - b.y1];
    if (this.kept.cut) {
      photo.style.cssText = `position: absolute; width: ${100 / w}%; height: ${100 / t}%; left: ${(-100 * b.x1) / w}%; top: ${(-100 * b.y1) / t}%; max-width: none`;
      return h("span", shaped(w * W, t * H), photo);
    }
    const place = `left: ${100 * b.x1}%; top: ${100 * b.y1}%; width: ${100 * w}%; height: ${100 * t}%`;
    return h("span", shaped(W, H), photo, h("i", { class: "cropped", style: place }));
  }

  focus(number) {
    const card = this.grid.querySelector(`[data-entry="${number}"]`) ?? this.grid.querySelector(".card");
    card?.focus();
    card?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const card = event.target.closest(".card");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    const cards = [...this.grid.querySelectorAll(".card")], k = cards.indexOf(card);
    const row = cards.filter((one) => one.offsetTop === cards[0].offsetTop).length;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row, ArrowDown: row, Home: -k, End: cards.length - 1 - k }[event.key];
    if (by !== undefined) cards[clamp(k + by, 0, cards.length - 1)].focus();
    else if (event.key === "a" || event.key === "x") this.judge(Number(card.dataset.entry), event.key === "a" ? "accepted" : "rejected", cards[k + 1]?.dataset.entry);
    else if (event.key === "u") undo(Number(card.dataset.entry), "undo");
    else return;
    event.preventDefault();
  }

  // Every shape of the photo that nothing was said of.
  async judge(number, said, then) {
    const take = answered(sitting.sheets.get(number));
    if (!take) return;
    for (const [target, stands] of take.standing.entries()) {
      if (!stands.word) await sitting.edit(number, { ...stands, take: take.number, target, word: said, did: said });
    }
    if (then) this.focus(Number(then));
    offer(`${said === "accepted" ? "Accepted" : "Rejected"} ${plain(sitting.sheets.get(number).entry.name)}.`, [number]);
  }

  async acceptRest() {
    const done = await attempt(async () => (await post(`/sittings/${sitting.id}/rest`, {})).json());
    if (done) offer(`Accepted ${done.entries.length}.`, done.entries);
    if (done?.notes.length) trouble(new Refused(done.notes.join(" ")));
  }
}

// Says what was done, and takes it back if that is wanted. `numbers`: a photo for each step.
function offer(text, numbers) {
  document.querySelector(".offer")?.remove();
  const bar = h("div", { class: "offer" }, h("span", { role: "status" }, text),
    h("button", { class: "toggle", type: "button", onclick: async () => {
      bar.remove();
      for (const number of [...numbers].reverse()) await undo(number, "undo");
    } }, "Undo"),
    h("button", { class: "toggle", type: "button", "aria-label": "Close", onclick: () => bar.remove() }, "✕"));
  document.body.append(bar);
}

async function undo(number, way) {
  const told = sitting.sheets.get(number), did = told?.[way];
  if (did == null) return;
  await sitting.send(number, `steps/${way}`);
  say(way === "undo" ? `Undone: ${did}.` : `Done again: ${did}.`);
}

// What to do with what is accepted.
function taking() {
  const kinds = [...$("kinds").content.querySelectorAll("option")].map((one) => one.textContent);
  const boxes = kinds.map((kind) => h("label", {}, h("input", { type: "checkbox", value: kind }), ` ${kind}`));
  const pixels = h("input", { type: "checkbox", checked: true });
  const told = h("ul", { class: "small told" });
  const take = async (to) => {
    const sidecars = boxes.map((one) => one.firstChild).filter((one) => one.checked).map((one) => one.value);
    const order = { to, sidecars, pixels: pixels.checked };
    told.replaceChildren(h("li", {}, "At work …"));
    const notes = await attempt(async () => {
      const answer = await post(`/sittings/${sitting.id}/export`, order);
      if (to === "zip") return keep(answer);
      const done = await answer.json();
      return [`Wrote ${done.files} ${done.files === 1 ? "file" : "files"} to ${sitting.about.folder}.`, ...done.notes];
    });
    told.replaceChildren(...(notes ?? []).map((note) => h("li", {}, plain(note))));
  };
  return h("details", { class: "taking" }, h("summary", { class: "primary" }, "Take away"),
    h("div", { class: "menu" },
      h("label", {}, pixels, " the crops"),
      h("fieldset", {}, h("legend", { class: "small" }, "Sidecars"), boxes),
      h("div", { class: "go" },
        h("button", { class: "primary", type: "button", onclick: () => take("zip") }, "Zip"),
        h("button", { class: "quiet into", type: "button", onclick: () => take("folder") }, "Into the folder")),
      told));
}
