// The photo with its candidates; the picture and the scores of the one that is looked at.

const sources = [...new Set(data.candidates.map((c) => c.source))];
const colour = (source) => COLOURS[sources.indexOf(source) % COLOURS.length];
const DASHES = ["", "7 5", "2 5", "10 3 2 3"];
const dash = (round) => DASHES[round % DASHES.length];
const chosen = new Set(data.chosen);
const ranked = [...data.candidates].sort(
  (a, b) => chosen.has(b.id) - chosen.has(a.id) || (b.total ?? -1e9) - (a.total ?? -1e9));
const show = { candidates: true, thirds: false, golden: false, diagonals: false, lines: false, found: false };
let current = ranked[0] || null;

function outline(candidate) {
  const on = candidate === current;
  return s("g", { class: on ? "on" : current && show.candidates ? "faint" : "" },
    rect(candidate.box, { class: "halo" }),
    rect(candidate.box, { class: "stroke", stroke: colour(candidate.source), "stroke-dasharray": dash(candidate.round) }),
    rect(candidate.box, { class: "box", onclick: () => select(candidate), onpointerenter: (e) => {
      if (e.pointerType === "mouse") select(candidate, false);
    } }));
}

function drawStage() {
  const stage = $("stage");
  if (!stage) return;
  // Small boxes last, so that each can be pointed at; the current one on top of all.
  const area = (c) => (c.box[2] - c.box[0]) * (c.box[3] - c.box[1]);
  const order = data.candidates.filter((c) => c !== current).sort((a, b) => area(b) - area(a));
  const parts = [photo()];
  if (current) {
    const [x1, y1, x2, y2] = [current.box[0] * W, current.box[1] * H, current.box[2] * W, current.box[3] * H];
    parts.push(s("path", { class: "shade", "fill-rule": "evenodd",
      d: `M0 0H${W}V${H}H0Z M${x1} ${y1}V${y2}H${x2}V${y1}Z` }));
  }
  if (show.candidates) parts.push(...order.map(outline));
  if (current) parts.push(outline(current), ...guides(current.box, show));
  if (show.found) parts.push(...data.found.map((f) => s("g", {}, s("title", {}, plain(f.label)), rect(f.box, { class: "found" }))));
  if (show.lines) parts.push(...data.lines.map((l) => s("line", { class: "sceneline",
    x1: l.start[0] * W, y1: l.start[1] * H, x2: l.end[0] * W, y2: l.end[1] * H }, s("title", {}, plain(l.kind)))));
  stage.replaceChildren(s("title", {}, `The photo with ${data.candidates.length} candidates`), ...parts);
}

function plot(scorer) {
  const { low, high } = data.scorers[scorer];
  const x = (v) => `${3 + 94 * (high > low ? (v - low) / (high - low) : 0.5)}%`;
  const marks = data.candidates.filter((c) => c.scores[scorer] != null)
    .map((c) => s("line", { class: "mark", x1: x(c.scores[scorer]), x2: x(c.scores[scorer]), y1: 4, y2: 18 }));
  const own = current.scores[scorer];
  return s("svg", { class: "plot", "aria-hidden": "true" },
    s("line", { class: "axis", x1: "3%", x2: "97%", y1: 11, y2: 11 }), marks,
    own == null ? null : s("circle", { cx: x(own), cy: 11, r: 5.5 }));
}

function drawInspector() {
  if (!current || !$("inspected")) return;
  const place = ranked.indexOf(current) + 1;
  const facts = [current.sources.join(", "), current.round ? `round ${current.round}` : "first round", current.detail].filter(Boolean);
  $("inspected").replaceChildren(...[
    h("h2", { class: "hidden-visually" }, "The candidate looked at"),
    cropped(current.box, `The crop of candidate ${plain(current.id)}`, { class: "crop" }),
    h("div", { class: "row" },
      h("button", { class: "nav", type: "button", "aria-label": "Previous candidate", onclick: () => step(-1) }, "←"),
      h("div", { class: "grow" },
        h("h3", {}, `Candidate ${plain(current.id)} `, chosen.has(current.id) ? h("span", { class: "chip ok" }, "chosen") : null),
        h("div", { class: "small" }, `${place} of ${ranked.length} · `, h("span", { class: "swatch", style: `border-color:${colour(current.source)}` }), plain(facts.join(" · ")))),
      h("button", { class: "nav", type: "button", "aria-label": "Next candidate", onclick: () => step(1) }, "→")),
    current.reason ? h("p", { class: "said" }, plain(current.reason)) : null,
    h("div", { class: "scores" },
      h("b", {}, "total"), h("span", { class: "small" }, "among all candidates"), h("b", { class: "num" }, fixed(current.total)),
      Object.keys(data.scorers).map((name) => [
        h("span", {}, plain(name)), plot(name),
        h("span", { class: "num" }, current.scores[name] == null ? "not run" : fixed(current.scores[name]))])),
    h("ul", { class: "checks", "aria-label": "Checks" }, current.checks.map((c) =>
      h("li", { class: c.ok ? "ok" : "bad" }, `${c.ok ? "✓" : "✗"} ${plain(c.name)}${c.detail ? ": " + plain(c.detail) : ""}`))),
  ].filter(Boolean));
}

function select(candidate, scroll = true) {
  if (!candidate) return;
  current = candidate;
  drawStage();
  drawInspector();
  for (const tile of document.querySelectorAll(".tile")) {
    const on = tile.dataset.id === candidate.id;
    tile.setAttribute("aria-current", on);
    if (on && scroll) tile.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  if (scroll) say(`Candidate ${candidate.id}, ${ranked.indexOf(candidate) + 1} of ${ranked.length}, total ${fixed(candidate.total)}`);
}

function step(by) {
  const at = ranked.indexOf(current);
  select(ranked[(at + by + ranked.length) % ranked.length]);
}

function toggle(name, label, key) {
  return h("button", { class: "toggle", type: "button", id: `toggle-${name}`, "aria-pressed": show[name], title: `Key ${key}`,
    onclick: () => flip(name) }, label);
}

function flip(name) {
  show[name] = !show[name];
  $(`toggle-${name}`)?.setAttribute("aria-pressed", show[name]);
  drawStage();
}

const KEYS = { c: "candidates", t: "thirds", g: "golden", d: "diagonals", l: "lines", f: "found" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("pre, input, textarea, select, #tree") || !$("stage")) return;
  if (event.key === "ArrowRight" || event.key === "j") step(1);
  else if (event.key === "ArrowLeft" || event.key === "k") step(-1);
  else if (event.key === "Home") select(ranked[0]);
  else if (KEYS[event.key] && $(`toggle-${KEYS[event.key]}`)) flip(KEYS[event.key]);
  else return;
  event.preventDefault();
});

function stageSection() {
  return h("section", { class: "stage", "aria-label": "Photo and candidates" },
    s("svg", { id: "stage", class: "canvas", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": plain(data.alt) }),
    data.photo ? null : h("p", { class: "small" }, "The photo is gone from where it was; only the boxes are left."),
    h("div", { class: "tools", role: "group", "aria-label": "What is drawn" },
      toggle("candidates", "Candidates", "c"), toggle("thirds", "Thirds", "t"), toggle("golden", "Golden", "g"),
      toggle("diagonals", "Diagonals", "d"),
      data.lines.length ? toggle("lines", "Scene lines", "l") : null,
      data.found.length ? toggle("found", "Found things", "f") : null,
      h("span", { class: "small keys" }, h("kbd", {}, "←"), " ", h("kbd", {}, "→"), " candidates, letters for the rest")),
    h("ul", { class: "legend", "aria-label": "Sources" },
      sources.map((name) => h("li", {}, h("span", { class: "swatch", style: `border-color:${colour(name)}` }), plain(name))),
      data.rounds.length > 1 ? data.rounds.map((r) => h("li", {}, h("span", { class: "swatch", style: `border-top-style:${["solid", "dashed", "dotted", "double"][r.number % 4]}` }), `round ${r.number}`)) : null),
    h("ul", { class: "strip", "aria-label": "Candidates, best first" }, ranked.map((c) => h("li", {},
      h("button", { class: `tile${c.legal ? "" : " illegal"}`, type: "button", "data-id": c.id, onclick: () => select(c),
        // Begins with what is seen, so that it can be spoken to.
        "aria-label": `${chosen.has(c.id) ? "★ " : ""}${plain(c.id)} · ${fixed(c.total, 2)}: candidate from ${plain(c.source)}${chosen.has(c.id) ? ", chosen" : ""}` },
        cropped(c.box, "", { "aria-hidden": "true" }),
        h("span", {}, chosen.has(c.id) ? h("b", { class: "star" }, "★ ") : null, `${plain(c.id)} · ${fixed(c.total, 2)}`))))));
}
