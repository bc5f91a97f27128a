"use strict";
// The desk: a photo comes in, an order goes out, one board for each model that works on it.

let photo = null, boards = [];

async function take(file) {
  if (!file) return;
  trouble(null);
  $("crop").disabled = true;
  say("The photo is on its way.");
  try {
    const name = encodeURIComponent(file.name || "pasted photo");
    const answer = await ask("POST", `/photos?name=${name}`, file, "application/octet-stream");
    photo = await answer.json();
  } catch (error) {
    trouble(error);
    $("crop").disabled = photo === null;
    return;
  }
  $("preview").src = `/photos/${photo.sha256}`;
  $("drop-name").textContent = `${plain(photo.name)}, ${photo.width} × ${photo.height}`;
  $("drop-empty").hidden = true;
  $("drop-photo").hidden = false;
  $("drop").classList.remove("small-drop");
  $("boards").replaceChildren();
  $("crop").disabled = false;
  say(`${photo.name} is here. Say what you want, then crop.`);
}

function orders() {
  const ratios = [...document.querySelectorAll("input[name=ratio]:checked")].map((one) => one.value);
  const other = $("other").value.trim();
  if (other) ratios.push(other);
  const models = [...new Set([$("model").value.trim() || "builtin", $("second").value.trim()])].filter(Boolean);
  const settings = {};
  for (const field of document.querySelectorAll("[data-setting]")) {
    if (field.value.trim()) settings[field.dataset.setting] = field.value.trim();
  }
  return models.map((model) => ({ photo: photo.sha256, name: photo.name, text: $("text").value.trim(), ratios, model, settings }));
}

function working(yes) {
  $("stop").hidden = !yes;
  $("crop").disabled = yes || photo === null;
  document.documentElement.dataset.working = yes;
}

$("order").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!photo) return;
  trouble(null);
  working(true);
  const wanted = orders();
  let left = wanted.length;
  boards = wanted.map((order) => new Board(photo, order, () => { left -= 1; if (left === 0) working(false); }));
  $("drop").classList.add("small-drop");
  $("boards").replaceChildren(...boards.map((board) => board.element));
});
$("stop").addEventListener("click", () => boards.forEach((board) => board.stop()));
$("file").addEventListener("change", (event) => take(event.target.files[0]));
document.addEventListener("paste", (event) => take([...event.clipboardData.files][0]));
for (const kind of ["dragenter", "dragover"]) document.addEventListener(kind, (event) => {
  event.preventDefault();
  $("drop").classList.add("over");
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) $("drop").classList.remove("over"); });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  $("drop").classList.remove("over");
  take(event.dataTransfer.files[0]);
});
addEventListener("resize", () => boards.forEach((board) => { if (board.editor.box) board.editor.draw(); }));
document.documentElement.dataset.ready = "yes";
