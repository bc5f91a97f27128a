"use strict";
// Runs that wait for a person: a card each, with the crops to choose from as pictures.

function thumb(card, b) {
  return showPart(s("svg", { class: "part", "aria-hidden": "true" }), `/waiting/${card.trace}/photo`, b, card);
}

// A shape's crops to choose from, and one that a person draws; `told(choice or null)` after each.
function shapeOf(card, shape, told) {
  const name = plain(shape.target.name || "any shape"), place = h("div", { class: "choosing" });
  let chosen = null, drawn = null;
  const choose = (choice) => { chosen = choice; told(choice); draw(); };
  const tile = (choice, b, words, title) => h("button", { class: "tile", type: "button", title, "aria-pressed": String(chosen === choice),
    onclick: () => choose(chosen === choice ? null : choice) }, thumb(card, b), h("span", {}, words));
  const leaders = shape.leaders.map((leader) => ({ target: shape.index, candidate: leader.id }));
  const draw = () => place.replaceChildren(
    ...shape.leaders.map((leader, k) => tile(leaders[k], leader.box, `${k + 1}${leader.role ? `, ${plain(leader.role)}` : ""}`, plain(leader.reason))),
    ...(drawn ? [tile(drawn, drawn.box, "as you drew it", "")] : []));
  draw();
  const from = () => drawn?.box ?? shape.leaders[Math.max(0, leaders.indexOf(chosen))].box;
  return h("div", { role: "group", "aria-label": name }, h("h3", {}, name), place,
    h("button", { class: "quiet", type: "button", onclick: () => adjust(card, shape, from(), (box) => choose(drawn = { target: shape.index, box })) }, "Adjust"));
}

// A box of a person's own, in the shape that was asked for.
function adjust(card, shape, b, take) {
  const { ratio } = shape.target, size = h("b", {});
  const editor = new Editor({ href: `/waiting/${card.trace}/photo`, size: { width: card.width, height: card.height } }, () => { size.textContent = editor.size(); }, () => {});
  const dialog = h("dialog", { class: "adjusting", "aria-label": `Adjust, ${plain(shape.target.name || "any shape")}` },
    h("div", { class: "easel" }, editor.svg), h("p", { class: "small" }, size, " pixels. Drag the box or its corners; arrow keys, plus and minus work too."),
    h("div", { class: "actions" },
      h("button", { class: "primary", type: "button", onclick: () => { take(boxed(editor.box)); dialog.close(); } }, "Take this box"),
      h("button", { class: "quiet", type: "button", onclick: () => dialog.close() }, "Cancel")));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  editor.set(corners(b), ratio ? ratio.width / ratio.height : null);
  editor.onchange();
  editor.frame.focus();
}

function cardOf(card) {
  const choices = new Map(), told = h("p", { role: "status", class: "small" });
  const shapes = (card.question?.shapes ?? []).map((shape) => shapeOf(card, shape, (choice) => {
    if (choice) choices.set(shape.index, choice); else choices.delete(shape.index);
    go.textContent = choices.size ? "Take these" : "Let the model decide";
  }));
  const send = async (path, word) => {
    go.disabled = no.disabled = true;
    told.textContent = "At work …";
    const answer = await attempt(async () => (await post(path, word)).json());
    told.textContent = plain(answer?.said ?? "");
    go.disabled = Boolean(answer?.done) || !card.question;
    no.disabled = Boolean(answer?.done);
    if (!answer?.done) return;
    element.classList.add("decided");
    for (const one of element.querySelectorAll("button")) one.disabled = true;
  };
  const go = h("button", { class: "primary", type: "button", disabled: !card.question, onclick: () => send(`/waiting/${card.trace}`, { choices: [...choices.values()] }) }, "Let the model decide");
  const no = h("button", { class: "quiet", type: "button", title: "Ends the run; nothing is written.", onclick: () => send(`/waiting/${card.trace}/rejection`, {}) }, "Reject all");
  const element = h("article", { class: "panel waiting-card", "aria-label": plain(card.source) },
    h("h2", {}, plain(card.source)), h("p", { class: "small" }, plain([card.request, card.model].filter(Boolean).join(" · "))),
    card.question ? shapes : h("p", { class: "warning" }, "Another version of cropsmith began this run, so it cannot go on. Crop the photo again."),
    h("div", { class: "actions" }, go, no, h("a", { href: `/traces/${card.trace}` }, "See how it thought")), told);
  return element;
}

async function begin() {
  const cards = await attempt(() => read("/waiting/cards"));
  if (cards) $("cards").replaceChildren(...(cards.length ? cards.map(cardOf) : [h("p", { class: "soft" }, "Nothing waits. Runs begun with ", h("code", {}, "cropsmith crop --approve"), " wait here.")]));
  document.documentElement.dataset.ready = "yes";
}
begin();
