// The other parts of the page: decision, composition, rounds, steps.

const bar = (share, after) => h("span", { class: "track" },
  h("span", { class: `fill${after ? " after" : ""}`, style: `width:${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%` }));

// A table that is wider than its place is scrolled within it, by keys too.
const wideTable = (name, ...parts) => h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": name }, h("table", {}, parts));

function decisionSection() {
  if (!data.crops.length) return null;
  return h("section", {}, h("h2", {}, "Decision"), data.crops.map((crop) => h("div", {},
    h("h3", {}, plain(crop.name), " ", crop.role ? h("span", { class: "chip" }, plain(crop.role)) : null,
      crop.verdict === "keep" ? h("span", { class: "chip" }, "left as it is") : null,
      crop.verdict === "reject" ? h("span", { class: "chip" }, "no crop answers the request; this is the nearest") : null),
    h("p", { class: "small" }, `${plain(crop.place)} · from ${plain(crop.source)}`,
      crop.confidence == null ? null : ` · ${(100 * crop.confidence).toFixed(0)} % that an expert's crop lies nearer to the crop that was proposed than to the whole photo`),
    h("ul", { class: "reasons" }, crop.reasons.map((r) => h("li", {}, plain(r)))),
    crop.changes.length ? [h("p", { class: "small" }, "Composition before (grey) and after (colour)"),
      h("div", { class: "bars" }, crop.changes.map((c) => [h("span", {}, plain(c.element)),
        h("span", { class: "two" }, bar(c.before), bar(c.after, true)),
        h("span", { class: "num" }, `${c.after >= c.before ? "+" : "−"}${Math.abs(c.after - c.before).toFixed(2)}`)]))] : null)));
}

function compositionSection() {
  if (!data.elements.length && !data.scene) return null;
  return h("section", {}, h("h2", {}, "Composition"), data.scene ? h("p", {}, plain(data.scene)) : null,
    h("div", { class: "bars" }, data.elements.map((e) => [h("span", { title: plain(e.remark) }, plain(e.element)),
      bar(e.strength), h("span", { class: "num" }, fixed(e.strength, 2))])));
}

function roundsSection() {
  if (data.rounds.length < 2) return null;
  return h("section", {}, h("h2", {}, "What refinement changed"), wideTable("Rounds", 
    h("thead", {}, h("tr", {}, ["round", "new", "best of it", "gain", "overlap"].map((t, i) => h("th", { scope: "col", class: i ? "num" : "" }, t)))),
    h("tbody", {}, data.rounds.map((r) => h("tr", {}, h("td", {}, r.number), h("td", { class: "num" }, r.candidates),
      h("td", { class: "num" }, r.best ? h("button", { class: "toggle", type: "button", onclick: () => select(data.candidates.find((c) => c.id === r.best)) }, `${plain(r.best)} · ${fixed(r.total)}`) : "–"),
      h("td", { class: "num" }, r.gain == null ? "–" : `${r.gain > 0 ? "+" : ""}${fixed(r.gain)}`),
      h("td", { class: "num" }, r.iou == null ? "–" : fixed(r.iou, 2)))))),
    h("p", { class: "small" }, "Gain and overlap (IoU) are against the best of all rounds before."));
}

// What failed and what a person should know comes first: a good picture must not hide it.
function notesSection() {
  const lines = [...data.failures.map((f) => h("li", { class: "failed" }, h("b", {}, plain(`${f.source}, ${f.status}: `)), plain(f.message))),
    ...data.notes.map((n) => h("li", {}, plain(n)))];
  if (!lines.length) return null;
  return h("section", { class: "wide notes", "aria-label": "Failures and notes" },
    h("h2", {}, data.failures.length ? "What failed, and what to know" : "What to know"), h("ul", {}, lines));
}

// Where the time and the money went: one row for each node.
function spentSection() {
  const nodes = new Map();
  for (const step of data.steps) {
    const row = nodes.get(step.node) || { seconds: 0, calls: 0, tokens: 0, cost: 0, priced: true };
    row.seconds += step.seconds || 0;
    for (const call of step.calls) {
      row.calls += 1;
      row.tokens += (call.tokens[0] || 0) + (call.tokens[1] || 0);
      row.priced = row.priced && call.cost != null;
      row.cost += call.cost || 0;
    }
    nodes.set(step.node, row);
  }
  const most = Math.max(...[...nodes.values()].map((row) => row.seconds), 1e-9);
  const called = [...nodes.values()].some((row) => row.calls);
  if (!nodes.size) return null;
  return h("section", {}, h("h2", {}, "Where the time went"), wideTable("Time and cost", 
    h("thead", {}, h("tr", {}, ["step", "share", "time", ...(called ? ["calls", "tokens", "cost"] : [])].map((t, i) => h("th", { scope: "col", class: i > 1 ? "num" : "" }, t)))),
    h("tbody", {}, [...nodes].map(([name, row]) => h("tr", {}, h("td", {}, plain(name)), h("td", { class: "spent" }, bar(row.seconds / most, row.calls > 0)),
      h("td", { class: "num" }, took(row.seconds)),
      called ? [h("td", { class: "num" }, row.calls || "–"), h("td", { class: "num" }, row.calls ? row.tokens.toLocaleString("en") : "–"),
        h("td", { class: "num" }, row.calls ? price(row.priced ? row.cost : null) : "–")] : null)))));
}

function header() {
  const f = data.facts;
  $("head").replaceChildren(...[
    data.back ? h("nav", { class: "small", "aria-label": "Back" }, h("a", { href: data.back }, "← All traces"), " ",
      data.crops.length ? h("a", { href: `/?trace=${f.id}` }, "Open in the editor") : null) : null,
    h("h1", {}, plain(f.source), h("span", { class: `chip ${f.status}` }, f.status)),
    f.request ? h("p", { class: "asked" }, `“${plain(f.request)}”`) : null,
    h("ul", { class: "facts" }, f.lines.map(([name, value]) => h("li", {}, `${name} `, h("b", {}, plain(value))))),
    kin(),
    f.error ? h("p", { class: "warning" }, plain(f.error)) : null,
  ].filter(Boolean));
}

const NOTHING = {
  running: "No candidates yet: the run goes on.",
  waiting: "No candidates yet: the run waits for a person.",
  killed: "The run was killed before it had candidates.",
  error: "The run ended before it had candidates.",
};

function overview() {
  const none = h("p", {}, NOTHING[data.facts.status] || "This run has no candidates.");
  const shown = h("div", { class: "looking" }, stageSection(),
    h("section", { class: "inspector", id: "inspected", "aria-label": "The candidate looked at" }, none));
  return [notesSection(), shown, ...whySections(),
    h("div", { class: "pair" }, decisionSection(), compositionSection(), spentSection(), roundsSection())];
}
