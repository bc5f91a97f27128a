// Runs of one photo: what they cost and came to, their crops over and beside each other, and then
// where they parted.

const colourOf = (i) => COLOURS[i % COLOURS.length];
const many = data.sides.length;
const COUNTS = ["", "", "Two", "Three", "Four", "Five", "Six"];
const away = (id, words) => (data.back ? h("a", { href: `${data.back}/${id}` }, words) : h("span", {}, words));
const badge = (i) => h("span", { class: "badge", style: `border-color:${colourOf(i)}` }, data.sides[i].letter);
// A table that is wider than its place is scrolled within it, by keys too.
const wideTable = (name, ...parts) => h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": name }, h("table", {}, parts));
const headRow = (names) => h("thead", {}, h("tr", {}, names.map(([name, right]) => h("th", { scope: "col", class: right ? "num" : "" }, name))));

function opening() {
  $("head").replaceChildren(...[
    data.back ? h("nav", { class: "small", "aria-label": "Back" }, h("a", { href: data.back }, "← All traces")) : null,
    h("h1", {}, `${COUNTS[many]} runs of ${plain(data.source)}`),
    data.request ? h("p", { class: "asked" }, `“${plain(data.request)}”`) : null,
  ].filter(Boolean));
}

function runsSection() {
  const apart = !data.request;
  return h("section", { class: "wide" }, h("h2", {}, "Cost, time, verdicts"), wideTable("Runs",
    headRow([["run"], ["verdict"], ["cost", true], ["took", true], ["model"], ["calls", true], ["tokens", true], ...(apart ? [["request"]] : []), ["what is other"]]),
    h("tbody", {}, data.sides.map((side, i) => h("tr", {}, h("td", {}, badge(i), " ", away(side.id, side.id)),
      h("td", { class: "words" }, side.status === "ok" ? data.shapes.filter((shape) => shape.answers[i].box).map((shape) => h("div", {}, data.shapes.length > 1 ? `${plain(shape.name)}: ` : "", plain(shape.answers[i].verdict)))
        : [h("span", { class: `chip ${side.status}` }, side.status), side.error ? h("div", { class: "bad" }, plain(side.error)) : null]),
      h("td", { class: "num" }, side.cost), h("td", { class: "num" }, side.took), h("td", {}, plain(side.model)), h("td", { class: "num" }, side.calls), h("td", { class: "num" }, side.tokens),
      apart ? h("td", { class: "words" }, plain(side.request) || "–") : null,
      h("td", { class: "words small" }, [side.origin, ...Object.entries(side.settings).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`)].filter(Boolean).map((text) => h("div", {}, plain(text)))))))),
    data.sides.some((side) => side.failures.length + side.notes.length)
      ? h("div", { class: "said-of" }, data.sides.map((side, i) => (side.failures.length + side.notes.length
        ? h("div", {}, badge(i), h("ul", {}, side.failures.map((text) => h("li", { class: "bad" }, plain(text))), side.notes.map((text) => h("li", {}, plain(text))))) : null))) : null);
}

function shapeSection(shape) {
  const on = data.sides.map((_, i) => Boolean(shape.answers[i].box)), show = { thirds: false };
  let above = -1;
  const stage = s("svg", { class: "canvas", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `${plain(data.alt)} with the crops of all runs, ${plain(shape.name)}` });
  const draw = () => {
    const drawn = data.sides.map((_, i) => i).filter((i) => on[i] && shape.answers[i].box).sort((a, b) => (a === above) - (b === above));
    const label = Math.max(W, H) / 34;
    stage.replaceChildren(photo(), ...drawn.map((i) => {
      const box = shape.answers[i].box;
      return s("g", { class: i === above ? "on" : above >= 0 ? "faint" : "" }, rect(box, { class: "halo" }), rect(box, { class: "stroke", stroke: colourOf(i) }),
        show.thirds ? guides(box, show) : null,
        // Each in a corner of its own, so that boxes that are alike do not hide whose they are.
        s("text", { class: "letter", "text-anchor": "middle", x: box[i % 2 ? 2 : 0] * W + label * (i % 2 ? -0.8 : 0.8) * (i > 3 ? 2.2 : 1), y: i % 4 < 2 ? box[1] * H + label * 1.15 : box[3] * H - label * 0.5, "font-size": label, fill: colourOf(i) }, data.sides[i].letter));
    }));
  };
  const toggles = data.sides.map((side, i) => h("button", { class: "toggle", type: "button", "aria-pressed": on[i], disabled: !shape.answers[i].box, onclick: (event) => {
    on[i] = !on[i];
    event.currentTarget.setAttribute("aria-pressed", on[i]);
    draw();
  } }, h("span", { class: "dot", style: `background:${colourOf(i)}` }), side.letter));
  const thirds = h("button", { class: "toggle", type: "button", "aria-pressed": false, onclick: () => {
    show.thirds = !show.thirds;
    thirds.setAttribute("aria-pressed", show.thirds);
    draw();
  } }, "Thirds");
  const missing = data.sides.filter((_, i) => !shape.answers[i].box);
  const raise = (i) => { above = i; draw(); };
  const card = (side, i) => {
    const answer = shape.answers[i];
    return h("figure", { class: "answer", onpointerenter: () => raise(i), onpointerleave: () => raise(-1) },
      cropped(answer.box, `The crop of run ${side.letter}`, { class: "crop" }),
      h("figcaption", {}, badge(i), " ", h("b", {}, plain(side.model)), h("div", { class: "small" }, `${answer.pixels} · ${plain(answer.verdict)} · from ${plain(answer.sources)}`),
        h("ul", { class: "reasons small" }, answer.reasons.map((text) => h("li", {}, plain(text))))));
  };
  draw();
  return h("section", { class: "wide shape", "aria-label": plain(shape.name) }, h("h2", {}, plain(shape.name)),
    h("div", { class: "over" },
      h("div", {}, stage, data.photo ? null : h("p", { class: "small" }, "The photo is gone from where it was; only the boxes are left."),
        h("div", { class: "tools", role: "group", "aria-label": "What is drawn" }, toggles, thirds)),
      h("div", {}, h("h3", {}, "Overlap (IoU)"), overlapTable(shape), missing.length ? h("p", { class: "small" }, `Without this shape: ${missing.map((side) => side.letter).join(", ")}`) : null)),
    h("div", { class: "answers" }, data.sides.map((side, i) => (shape.answers[i].box ? card(side, i) : null))));
}

function overlapTable(shape) {
  const there = data.sides.map((_, i) => i).filter((i) => shape.answers[i].box);
  return wideTable(`Overlap of the crops, ${plain(shape.name)}`, h("thead", {}, h("tr", {}, h("td", {}), there.map((i) => h("th", { scope: "col", class: "num" }, badge(i))))),
    h("tbody", {}, there.map((i) => h("tr", {}, h("th", { scope: "row" }, badge(i)),
      there.map((j) => [shape.overlap[i][j], j]).map(([value, j]) => h("td", { class: "num", style: i === j ? "" : `background:color-mix(in srgb, var(--good) ${Math.round(35 * value)}%, transparent)` }, i === j ? "·" : fixed(value, 2)))))));
}

const FOLD = 160; // signs of what stayed, on each side of a change

function wordDiff(spans) {
  return h("pre", { class: "words", tabindex: 0 }, spans.map(([kind, text], i) => {
    if (kind !== "same") return h(kind === "gone" ? "del" : "ins", {}, plain(text));
    const head = i ? text.slice(0, FOLD) : "", tail = i < spans.length - 1 ? text.slice(-FOLD) : "";
    if (text.length <= head.length + tail.length + 40) return h("span", {}, plain(text));
    const middle = text.slice(head.length, text.length - tail.length), hidden = h("button", { class: "fold", type: "button", onclick: () => hidden.replaceWith(plain(middle)) }, `… ${middle.length.toLocaleString("en")} signs the same …`);
    return h("span", {}, plain(head), hidden, plain(tail));
  }));
}

function differencePart(found, open) {
  return h("details", { class: "difference", open }, h("summary", {}, h("b", {}, found.part), found.place ? ` ${plain(found.place)}` : ""),
    found.spans.length ? wordDiff(found.spans) : null,
    found.changes.length ? h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `Changes of ${found.part}` }, h("table", { class: "changes" },
      headRow([["where"], ["before"], ["after"]]),
      h("tbody", {}, found.changes.map(([path, before, after]) => h("tr", {}, h("td", { class: "small" }, plain(path.replaceAll("_", " "))), h("td", { class: "gone" }, plain(before) || "–"), h("td", { class: "came" }, plain(after) || "–")))))) : null);
}

function partingSection(parting, i) {
  const name = `${data.sides[0].letter} and ${data.sides[i].letter}`;
  if (parting.same) return h("section", { class: "wide" }, h("h2", {}, badge(0), " ", badge(i), " went the same way"), h("p", {}, "The same steps, replies, boxes and scores."));
  const steps = [...new Set(parting.differences.map((one) => one.step))];
  return h("section", { class: "wide parting", "aria-label": `Where ${name} parted` },
    h("h2", {}, badge(0), " ", badge(i), parting.at ? ` parted in ${plain(parting.at)}` : " parted in their results alone"),
    steps.map((step, k) => h("div", { class: "step" }, h("h3", {}, plain(step)),
      parting.differences.filter((one) => one.step === step).map((one) => differencePart(one, k === 0)))),
    parting.candidates ? h("details", { class: "difference" }, h("summary", {}, h("b", {}, "candidates"), ` ${parting.candidates} differ`),
      wideTable("Candidates that differ", headRow([["candidate"], ["before"], ["after"], ["overlap", true]]),
        h("tbody", {}, parting.shown.map(([id, before, after, iou]) => h("tr", {}, h("td", {}, plain(id)), h("td", { class: "mono" }, before || "–"), h("td", { class: "mono" }, after || "–"), h("td", { class: "num" }, fixed(iou, 2))))))) : null);
}

opening();
$("main").replaceChildren(runsSection(), ...data.shapes.map(shapeSection), ...data.partings.map((one, i) => partingSection(one, i + 1)));
document.documentElement.dataset.ready = "yes";
