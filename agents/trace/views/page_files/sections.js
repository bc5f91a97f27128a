// The other parts of the page: decision, composition, rounds, steps.

const bar = (share, after) => h("span", { class: "track" },
  h("span", { class: `fill${after ? " after" : ""}`, style: `width:${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%` }));

function decisionSection() {
  if (!data.crops.length) return null;
  return h("section", {}, h("h2", {}, "Decision"), data.crops.map((crop) => h("div", {},
    h("h3", {}, plain(crop.name), " ", crop.kept ? h("span", { class: "chip" }, "kept as it is") : null),
    h("p", { class: "small" }, `${plain(crop.place)} · from ${plain(crop.source)}`,
      crop.confidence == null ? null : ` · ${(100 * crop.confidence).toFixed(0)} % sure that people prefer it`),
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
  return h("section", {}, h("h2", {}, "What refinement changed"), h("table", {},
    h("thead", {}, h("tr", {}, ["round", "new", "best of it", "gain", "overlap"].map((t, i) => h("th", { scope: "col", class: i ? "num" : "" }, t)))),
    h("tbody", {}, data.rounds.map((r) => h("tr", {}, h("td", {}, r.number), h("td", { class: "num" }, r.candidates),
      h("td", { class: "num" }, r.best ? h("button", { class: "toggle", type: "button", onclick: () => select(data.candidates.find((c) => c.id === r.best)) }, `${plain(r.best)} · ${fixed(r.total)}`) : "–"),
      h("td", { class: "num" }, r.gain == null ? "–" : `${r.gain > 0 ? "+" : ""}${fixed(r.gain)}`),
      h("td", { class: "num" }, r.iou == null ? "–" : fixed(r.iou, 2)))))),
    h("p", { class: "small" }, "Gain and overlap (IoU) are against the best of all rounds before."));
}

function notesSection() {
  const lines = [...data.failures.map((f) => h("p", { class: "warning" }, h("b", {}, plain(`${f.source}, ${f.status}: `)), plain(f.message))),
    ...data.notes.map((n) => h("p", {}, plain(n)))];
  return lines.length ? h("section", {}, h("h2", {}, "Failures and notes"), lines) : null;
}

function callBlock(call) {
  const ok = call.status === "ok";
  const cost = call.cost == null ? "" : ` · $${call.cost.toFixed(4)}`;
  return h("details", { open: !ok },
    h("summary", {}, "Asked ", h("b", {}, plain(call.model)), ` to ${plain(call.purpose)}: `, h("span", { class: ok ? "ok" : "bad" }, plain(call.status)),
      h("span", { class: "small" }, ` · ${took(call.seconds)} · ${call.prompt_tokens ?? "–"} + ${call.completion_tokens ?? "–"} tokens${cost}`,
        call.convention ? ` · boxes as ${plain(call.convention)}` : "", call.from_cache ? " · from the cache" : "")),
    call.reason ? h("p", { class: "warning" }, plain(call.reason)) : null,
    call.pictures.length ? h("div", { class: "shown" }, call.pictures.map((name, i) => data.pictures[name]
      ? h("img", { src: data.pictures[name], alt: `Picture ${i + 1} shown to the model`, loading: "lazy" })
      : h("span", { class: "small mono" }, `picture ${plain(name.slice(0, 12))}`))) : null,
    h("b", { class: "small" }, "Prompt"), h("pre", { tabindex: 0 }, plain(call.prompt)),
    h("b", { class: "small" }, "Reply, as it came"), h("pre", { tabindex: 0 }, plain(call.raw) || "(empty)"),
    call.parsed == null ? null : [h("b", { class: "small" }, "Reply, understood"), h("pre", { tabindex: 0 }, plain(JSON.stringify(call.parsed, null, 2)))]);
}

function toolBlock(tool) {
  return h("details", {}, h("summary", {}, `Tool ${plain(tool.name)}, called by the ${plain(tool.by)} `,
      tool.error ? h("span", { class: "bad" }, plain(tool.error)) : null, h("span", { class: "small" }, `· ${took(tool.seconds)}`)),
    h("pre", { tabindex: 0 }, plain(JSON.stringify({ arguments: tool.arguments, result: tool.result }, null, 2))));
}

function stepItem(step) {
  const kind = step.error ? "bad" : step.calls.length ? "model" : "";
  return h("li", {}, h("div", { class: "stephead" },
      h("h3", {}, plain(step.node), h("span", { class: "small" }, step.at)),
      h("span", { class: "lane", "aria-hidden": "true" }, h("i", { class: kind, style: `left:${(100 * step.from).toFixed(2)}%;width:${(100 * step.share).toFixed(2)}%` })),
      h("span", { class: "num small" }, step.unfinished ? "never ended" : took(step.seconds))),
    h("ul", { class: "did" }, step.told.map((t) => h("li", {}, plain(t)))),
    step.error ? h("p", { class: "warning" }, plain(step.error)) : null,
    step.calls.map(callBlock), step.tools.map(toolBlock));
}

function stepsSection() {
  return h("section", { class: "wide" }, h("h2", {}, "Steps"), h("ol", { class: "steps" }, data.steps.map(stepItem)));
}

function header() {
  const f = data.facts;
  $("head").replaceChildren(...[
    data.back ? h("nav", { class: "small" }, h("a", { href: data.back }, "← All traces")) : null,
    h("h1", {}, plain(f.source), h("span", { class: `chip ${f.status}` }, f.status)),
    f.request ? h("p", { class: "asked" }, `“${plain(f.request)}”`) : null,
    h("ul", { class: "facts" }, f.lines.map(([name, value]) => h("li", {}, `${name} `, h("b", {}, plain(value))))),
    f.error ? h("p", { class: "warning" }, plain(f.error)) : null,
  ].filter(Boolean));
}

header();
$("main").replaceChildren(...[
  stageSection(),
  h("section", { class: "inspector", id: "inspected", "aria-label": "The candidate looked at" }, h("p", {}, "This run has no candidates.")),
  h("div", { class: "pair" }, decisionSection(), compositionSection(), roundsSection(), notesSection()),
  stepsSection(),
  h("footer", { class: "wide" }, `cropsmith trace ${data.facts.id}`),
].filter(Boolean));
drawStage();
if (current) select(current, false);
document.documentElement.dataset.ready = "yes";
