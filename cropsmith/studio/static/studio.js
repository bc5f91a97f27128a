"use strict";
// The desk: photos come in, an order goes out, the sheet or one photo is shown, by the address.

const SENT_AT_ONCE = 3;
const view = { sheet: null, loupe: null };

// --- photos come in ------------------------------------------------------------------------

const queue = [];
let sending = 0;
let awaited = 0; // photos that were chosen while the sitting began

async function take(files) {
  const photos = [...files];
  if (!photos.length) return;
  trouble(null);
  awaited += photos.length;
  controls();
  const begun = await attempt(async () => { await sitting.begin(); return true; });
  awaited -= photos.length;
  if (begun) {
    for (const file of photos) {
      const line = h("li", {}, h("span", { class: "grow" }, plain(file.name || "pasted photo")), h("progress", { max: 1, value: 0, "aria-label": `Sending ${plain(file.name || "pasted photo")}` }));
      $("uploads").append(line);
      queue.push([file, line]);
    }
    while (sending < SENT_AT_ONCE && queue.length) sendNext();
  }
  controls(); // an order may go out before the photos are here
}

async function sendNext() {
  const [file, line] = queue.shift();
  sending += 1;
  try {
    const name = encodeURIComponent((file.name || "pasted photo").slice(0, 300));
    const told = await send(`/sittings/${sitting.id}/photos?name=${name}`, file, (share) => { line.querySelector("progress").value = share; });
    line.remove();
    sitting.put(told);
    say(`${told.entry.name} is here.`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    line.className = "warning";
    line.replaceChildren(h("span", { class: "grow", role: "alert" }, plain(error.message.includes(file.name) ? error.message : `${file.name}: ${error.message}`)),
      h("button", { class: "toggle", type: "button", "aria-label": "Close", onclick: () => line.remove() }, "✕"));
  } finally {
    sending -= 1;
    if (queue.length) sendNext();
    if (named() !== view.loupe.number) route(false); // the last to come may leave one photo alone
    controls();
  }
}

// --- orders go out -------------------------------------------------------------------------

function wanted() {
  const ratios = [...document.querySelectorAll("input[name=ratio]:checked")].map((one) => one.value);
  const other = $("other").value.trim();
  if (other) ratios.push(other);
  const settings = {};
  for (const field of document.querySelectorAll("[data-setting]")) {
    if (field.value.trim()) settings[field.dataset.setting] = field.value.trim();
  }
  const asked = [$("model").value.trim(), ...[...document.querySelectorAll("input[name=rival]:checked")].map((one) => one.value), $("another").value.trim()];
  const models = [...new Set(asked)].filter(Boolean);
  return { text: $("text").value.trim(), caption: $("caption").value.trim(), ratios, models, settings };
}

// What was asked last stands in the form again after a reload.
function showWanted(order) {
  if (!order) return;
  $("text").value = order.text;
  $("caption").value = order.caption;
  const boxes = [...document.querySelectorAll("input[name=ratio]")];
  for (const one of boxes) one.checked = order.ratios.includes(one.value);
  $("other").value = order.ratios.filter((ratio) => !boxes.some((one) => one.value === ratio)).join(", ");
  if (order.models.length) $("model").value = order.models[0];
  for (const field of document.querySelectorAll("[data-setting]")) field.value = order.settings[field.dataset.setting] ?? "";
}

async function order(event) {
  event.preventDefault();
  if ($("crop").disabled) return;
  const one = view.loupe.number, entries = one !== null && sitting.sheets.size > 1 ? [one] : null;
  const done = await attempt(async () => {
    const asked = { wanted: wanted(), entries }; // as it stands now
    await sitting.begin();
    await post(`/sittings/${sitting.id}/orders`, asked);
    return true;
  });
  if (!done) return;
  if (one !== null) {
    view.loupe.chosen.delete(one); // the new answer is shown when it is there
  }
}

function controls() {
  const all = [...sitting.sheets.values()].filter((told) => !told.entry.problem);
  const going = all.some(atWork), one = view.loupe.number !== null;
  const again = one ? view.loupe.told.takes.length > 0 : all.some((told) => told.takes.length);
  const coming = sending + queue.length + awaited;
  $("crop").disabled = !(all.length || coming) || (one && Boolean(view.loupe.told.entry.problem));
  $("crop").textContent = one || all.length + coming < 2 ? (again ? "Crop again" : "Crop") : `Crop ${again ? "all again" : `all ${all.length + coming}`}`;
  $("asking-what").textContent = one && again ? "Ask again" : "What do you want?";
  $("stop").hidden = !going;
  $("drop").classList.toggle("small-drop", sitting.sheets.size > 0);
  $("drop").hidden = one && sitting.sheets.size > 1;
  $("before")?.toggleAttribute("hidden", sitting.sheets.size > 0);
  document.documentElement.dataset.working = going;
}

// --- the address says what is shown --------------------------------------------------------

function go(number) {
  const hash = number === null ? "" : `#${number}`;
  if (hash !== location.hash) history.pushState(null, "", `/sittings/${sitting.id}${hash}`);
  route();
}

// The photo that the address names; one alone needs no sheet. Null for the sheet.
function named() {
  const number = Number(location.hash.slice(1));
  if (sitting.sheets.has(number)) return number;
  const alone = sitting.sheets.size === 1 && !sitting.about?.folder && !queue.length && !sending;
  return alone ? [...sitting.sheets.keys()][0] : null;
}

// `moved`: a person went there, and the focus goes with them.
function route(moved = true) {
  const number = named(), came = view.loupe.number;
  $("sheet").hidden = number !== null || !sitting.sheets.size;
  document.querySelector("main").classList.toggle("near", number !== null);
  if (number !== null) {
    view.loupe.open(number);
    if (moved && came !== null) view.loupe.editor?.frame.focus({ preventScroll: true });
  } else {
    view.loupe.close();
    $("asking").open = true;
    if (sitting.sheets.size) view.sheet.draw();
    if (moved && came !== null) view.sheet.focus(came);
  }
  controls();
}

function changed(number) {
  view.sheet.cards.delete(number);
  if (number === null || named() !== view.loupe.number || sitting.sheets.size < 2) {
    if (number === null) view.sheet.cards.clear();
    if (named() !== null && named() === view.loupe.number) view.loupe.update();
    else route(false);
  } else if (view.loupe.number === null) view.sheet.draw();
  else if (view.loupe.number === number) view.loupe.update();
  controls();
}

async function begin() {
  view.sheet = new Sheet($("sheet"), go);
  view.loupe = new Loupe($("loupe"), () => view.sheet.order(), go);
  sitting.on(changed);
  if (sitting.id) {
    await sitting.listen();
    showWanted(sitting.about?.wanted);
  }
  document.documentElement.dataset.ready = "yes";
}

$("order").addEventListener("submit", order);
$("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("order").requestSubmit();
});
$("rivals").addEventListener("toggle", () => { if ($("rivals").open) offerModels($("offered")); });
$("stop").addEventListener("click", () => attempt(() => ask("DELETE", `/sittings/${sitting.id}/runs`)));
$("file").addEventListener("change", (event) => { take(event.target.files); event.target.value = ""; });
document.addEventListener("paste", (event) => take(event.clipboardData.files));
for (const kind of ["dragenter", "dragover"]) document.addEventListener(kind, (event) => {
  event.preventDefault();
  $("drop").classList.add("over");
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) $("drop").classList.remove("over"); });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  $("drop").classList.remove("over");
  take(event.dataTransfer.files);
});
addEventListener("popstate", () => {
  if (sitting.id && !location.pathname.endsWith(sitting.id)) location.reload(); // back to the start page
  else route();
});
// What is still on its way would be lost.
addEventListener("beforeunload", (event) => { if (sending || queue.length) event.preventDefault(); });
addEventListener("resize", () => { if (view.loupe?.editor?.box) view.loupe.editor.draw(); });
begin();
