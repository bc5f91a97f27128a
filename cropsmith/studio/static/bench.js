"use strict";
// Models beside each other on one photo: their boxes over it, cost and time, and a blind choice.

const COLOURS = ["#ffb000", "#35c2ff", "#ff5fa2", "#7be08a", "#b58cff", "#ff7a45"];

// The newest answer of each model to the latest order; none where one model alone was asked.
function rivals(told) {
  const last = newest(told);
  if (!last) return [];
  const found = new Map();
  for (const take of told.takes) {
    if (JSON.stringify(take.wanted) === JSON.stringify(last.wanted)) found.set(take.model, take);
  }
  return found.size > 1 ? [...found.values()] : [];
}

function benchOf(loupe) {
  const takes = rivals(loupe.told);
  const drawn = takes.filter((take) => take.report?.crops[loupe.target]);
  const alike = drawn.filter((take) => take.report.angle === loupe.standing?.angle); // boxes of one frame
  loupe.editor?.rivals(alike.map((take) => ({ box: take.report.crops[loupe.target].box, colour: COLOURS[takes.indexOf(take) % COLOURS.length] })));
  if (!takes.length) return null;
  const row = (take, k) => h("tr", { class: take === loupe.take ? "now" : "" },
    h("td", {}, h("i", { class: "dot", style: `background: ${COLOURS[k % COLOURS.length]}` }),
      h("button", { class: "plain", type: "button", "data-name": `rival ${k}`, disabled: !take.report, onclick: () => loupe.choose({ take: take.number }) }, plain(take.model))),
    h("td", { class: "num" }, take.report ? took(take.seconds) : take.state === "failed" ? "failed" : "…"),
    h("td", { class: "num" }, take.report ? (take.report.usage.calls ? price(take.report.usage.cost) : "no calls") : ""));
  return h("div", { class: "bench" },
    h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "model"), h("th", { scope: "col", class: "num" }, "time"), h("th", { scope: "col", class: "num" }, "cost"))), h("tbody", {}, takes.map(row))),
    takes.filter((take) => take.state === "failed").map((take) => h("p", { class: "warning small" }, plain(`${take.model}: ${take.problem}`))),
    drawn.length > 1 ? h("button", { class: "quiet", type: "button", "data-name": "blind", onclick: () => blind(loupe.number) }, "Choose blind") : null);
}

// Two crops, not knowing whose they are, until there is no pair left.
async function blind(number) {
  const where = `/sittings/${sitting.id}/entries/${number}/pair`, { entry } = sitting.sheets.get(number);
  const body = h("div", { class: "blind-body" });
  const dialog = h("dialog", { class: "blind", "aria-label": "Choose blind" }, body,
    h("button", { class: "quiet", type: "button", onclick: () => dialog.close() }, "Close"));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("keydown", (event) => {
    const name = { ArrowLeft: "first", ArrowRight: "second", ArrowDown: "bad" }[event.key];
    if (name) { event.preventDefault(); dialog.querySelector(`[data-choice=${name}]`)?.click(); }
  });
  const part = (b, angle) => showPart(s("svg", { class: "part", "aria-hidden": "true" }), `/photos/${entry.sha256}`, b, entry.size, angle);
  const show = (told) => {
    if (!told) return;
    if (!told.pair) {
      body.replaceChildren(h("h2", {}, told.all ? "That was all" : "The crops are the same to the eye"),
        ...(told.ranked.length ? [h("p", { class: "small" }, "How often each was chosen, over all choices in this studio:"),
          h("table", {}, h("thead", {}, h("tr", {}, ["model", "chosen", "95 %", "won", "lost"].map((name) => h("th", { scope: "col" }, name)))),
            h("tbody", {}, told.ranked.map((one) => h("tr", {}, h("td", {}, plain(one.model)), h("td", {}, `${Math.round(100 * one.share)} %`),
              h("td", {}, `${Math.round(100 * one.low)} to ${Math.round(100 * one.high)} %`), h("td", {}, String(one.won)), h("td", {}, String(one.lost))))))] : []));
      return;
    }
    const choose = async (choice) => show(await attempt(async () => (await post(where, { pair: told.pair, choice })).json()));
    const side = (name, label, b) => h("button", { class: "tile", type: "button", "data-choice": name, "aria-label": `The ${label} crop is better`, onclick: () => choose(name) }, part(b, told.angle));
    body.replaceChildren(h("h2", {}, "Which is better?"), h("p", { class: "small" }, `${told.done + 1} of ${told.all}`),
      h("div", { class: "pairing" }, side("first", "left", told.first), side("second", "right", told.second)),
      h("button", { class: "quiet", type: "button", "data-choice": "bad", onclick: () => choose("bad") }, "Both are bad"));
    body.querySelector("[data-choice=first]").focus();
  };
  document.body.append(dialog);
  dialog.showModal();
  show(await attempt(() => read(where)));
}

// The models that can be asked: looked up when somebody wants to choose among them.
async function offerModels(place) {
  if (place.dataset.known) return;
  place.dataset.known = "yes";
  place.replaceChildren(h("p", { class: "small", role: "status" }, "Asking who is there …"));
  const told = await attempt(() => read("/models"));
  if (!told) { delete place.dataset.known; return; }
  const tick = (name) => h("label", {}, h("input", { type: "checkbox", name: "rival", value: name }), ` ${plain(name)}`);
  const group = (one) => (one.problem
    ? h("p", { class: "small" }, h("b", {}, plain(one.provider)), " ", plain(one.problem))
    : h("div", { class: "offered" }, one.models.map(tick), one.more ? h("p", { class: "small" }, `and ${one.more} more, which can be typed`) : null));
  place.replaceChildren(tick("builtin"), ...told.map(group));
}
