// The tree of steps beside the detail pane: each place has an address, found by search and by keys.

const places = [{ key: "overview", depth: 0, name: "Overview", kind: "overview", text: "", show: overview }];
data.steps.forEach((step, i) => {
  const key = `s${i + 1}`;
  places.push({ key, depth: 0, name: step.node, at: step.at, kind: step.state, step, seconds: step.seconds,
    text: [step.told, step.error].flat().join(" "), show: () => stepPage(step, key) });
  step.calls.forEach((call, j) => {
    const name = `${key}c${j + 1}`;
    const words = call.attempts.flatMap((a) => [...a.turns.flatMap((t) => t.pieces.map((p) => (p.picture ? p.picture : textOf(p.text)))), textOf(a.said), a.why, a.reason]);
    places.push({ key: name, depth: 1, name: call.purpose, at: ` ${call.model}`, kind: call.status === "ok" ? "call" : "failed", seconds: call.seconds,
      text: [...words, textOf(call.prompt), textOf(call.raw), textOf(call.parsed), call.reason].join(" "), show: () => callPage(call) });
    if (call.attempts.length > 1) call.attempts.forEach((attempt, k) => places.push({ key: `${name}a${k + 1}`, depth: 2, name: `attempt ${k + 1}`,
      at: ` ${attempt.status}`, kind: attempt.status === "ok" ? "call" : "failed", seconds: attempt.seconds, text: `${attempt.why} ${textOf(attempt.said)}`, show: () => callPage(call, k) }));
  });
  step.tools.forEach((tool, j) => places.push({ key: `${key}t${j + 1}`, depth: 1, name: tool.name, at: " tool", kind: tool.error ? "failed" : "tool", seconds: tool.seconds,
    text: JSON.stringify([tool.arguments, tool.result, tool.error]), show: () => toolPage(tool) }));
});

function stepPage(step, key) {
  return h("section", { class: "wide" }, h("h2", {}, plain(step.node), h("span", { class: "small" }, plain(step.at)), " ",
      step.state === "done" ? null : h("span", { class: `chip ${step.state === "going on" ? "running" : "error"}` }, step.state)),
    h("p", { class: "small" }, step.seconds == null ? "" : `${took(step.seconds)}, ${took(step.cpu)} of it on the processor`),
    h("ul", { class: "did" }, step.told.map((t) => h("li", {}, plain(t)))),
    step.error ? h("p", { class: "warning" }, plain(step.error)) : null,
    places.filter((place) => place.depth === 1 && place.key.match(new RegExp(`^${key}[ct]`))).map((place) =>
      h("p", {}, h("a", { href: `#${place.key}` }, `${plain(place.name)}${plain(place.at)}`), h("span", { class: "small" }, ` ${took(place.seconds)}`))),
    onwardPart(step));
}

function branch(place) {
  return h("li", { class: `d${place.depth} ${place.kind.replace(" ", "-")}`, "data-key": place.key }, h("a", { href: `#${place.key}` },
    h("span", { class: "what" }, plain(place.name), h("span", { class: "small" }, plain(place.at || ""))),
    place.seconds == null ? null : h("span", { class: "num small" }, took(place.seconds)),
    place.step ? h("span", { class: "lane", "aria-hidden": "true" }, h("i", { class: place.step.calls.length ? "model" : "", style: `left:${(100 * place.step.from).toFixed(2)}%;width:${(100 * place.step.share).toFixed(2)}%` })) : null));
}

const here = () => places.find((place) => `#${place.key}` === location.hash) || places[0];

function present() {
  const place = here();
  for (const item of $("steps").children) {
    const link = item.firstElementChild;
    if (item.dataset.key === place.key) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
  }
  $("steps").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  $("detail").replaceChildren(...[place.show()].flat(9).filter(Boolean),
    h("p", { class: "wide end small" }, h("button", { class: "toggle", type: "button", id: "link", onclick: () => copy(`${location.href.split("#")[0]}#${place.key}`) }, "Copy the link to here"), ` cropsmith trace ${data.facts.id}`));
  drawStage();
  if (current) select(current, false);
}

function search() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const place of places) {
    const whole = `${place.name} ${place.at || ""} ${place.text}`.toLowerCase();
    const fits = words.every((word) => whole.includes(word));
    $("steps").querySelector(`[data-key="${place.key}"]`).hidden = !fits;
    found += fits;
  }
  $("found").textContent = words.length ? `${found} of ${places.length}` : "";
}

function go(by) {
  const links = [...$("steps").children].filter((item) => !item.hidden);
  const at = links.findIndex((item) => item.dataset.key === here().key);
  const next = links[Math.min(Math.max(at + by, 0), links.length - 1)];
  if (!next) return;
  location.hash = next.dataset.key;
  next.firstElementChild.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && typing) { $("search").value = ""; search(); return; }
  if (typing) { if (event.key === "Enter" && event.target.id === "search") go(0); return; }
  const within = event.target.closest("#tree");
  if (event.key === "/") $("search").focus();
  else if (event.key === "n" || (within && event.key === "ArrowDown")) go(1);
  else if (event.key === "p" || (within && event.key === "ArrowUp")) go(-1);
  else if (event.key === "o") location.hash = "overview";
  else return;
  event.preventDefault();
});
addEventListener("hashchange", present);

header();
$("main").replaceChildren(
  h("nav", { id: "tree", "aria-label": "Steps" },
    h("input", { id: "search", type: "search", placeholder: "Search prompts, replies, steps", "aria-label": "Search the trace", oninput: search }),
    h("span", { id: "found", class: "small", role: "status" }),
    h("ol", { id: "steps" }, places.map(branch)),
    h("p", { class: "small keys" }, h("kbd", {}, "/"), " search ", h("kbd", {}, "n"), " ", h("kbd", {}, "p"), " next, previous ", h("kbd", {}, "o"), " overview")),
  h("div", { id: "detail" }));
present();
// A run that goes on is read again; the address keeps the place.
if (data.back && ["running", "waiting"].includes(data.facts.status)) {
  setInterval(() => { if (!$("search").value && !getSelection().toString()) location.reload(); }, data.facts.status === "running" ? 2000 : 10000);
}
document.documentElement.dataset.ready = "yes";
