// Where a run came from, what went on from it, and going on from one of its steps with another model.

function kin() {
  const link = (id, words) => (data.back ? h("a", { href: `${data.back}/${id}` }, words) : h("span", { class: "mono" }, words));
  const both = (a, b) => (data.back ? [" ", h("a", { href: `/compare?trace=${a}&trace=${b}` }, "compare")] : null);
  const lines = [
    data.origin ? h("li", {}, "This run ", plain(data.origin).split(data.parent)[0], link(data.parent, data.parent), plain(data.origin).split(data.parent)[1], both(data.parent, data.facts.id)) : null,
    ...data.children.map((one) => h("li", {}, "Gone on as ", link(one.id, one.id), ` by ${plain(one.model)} `, h("span", { class: `chip ${one.status}` }, one.status), both(data.facts.id, one.id))),
  ].filter(Boolean);
  return lines.length ? h("ul", { class: "kin small", "aria-label": "Runs that belong together" }, lines) : null;
}

const quoted = (text) => (/^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

// The command that does what the form says; settings that are not touched stay as they were.
function commandOf(since, changed) {
  const words = ["cropsmith trace replay", data.facts.id, "--from", since];
  for (const [name, value] of Object.entries(changed)) {
    const row = data.settings.find((one) => one.name === name);
    if (row.kind === "flag") words.push(value === "yes" ? row.option : row.option.replace("--", "--no-"));
    else if (row.kind === "words") for (const word of value.split(/\s+/)) words.push(row.option, quoted(word));
    else words.push(row.option, quoted(value));
  }
  return words.join(" ");
}

function onwardPart(step) {
  const since = step.round ? `${step.node}:${step.round}` : step.node;
  const fields = [], told = h("code", {}), trouble = h("p", { class: "warning", role: "alert", hidden: true });
  const changed = () => Object.fromEntries(fields.filter(([, field]) => field.value.trim()).map(([name, field]) => [name, field.value.trim()]));
  const tell = () => { told.textContent = commandOf(since, changed()); };
  const field = (row) => {
    const made = row.kind === "choice" || row.kind === "flag"
      ? h("select", { onchange: tell, title: row.help }, h("option", { value: "" }, `as it was: ${plain(row.value)}`), (row.choices.length ? row.choices : ["yes", "no"]).map((choice) => h("option", {}, choice)))
      : h("input", { oninput: tell, maxlength: 300, spellcheck: "false", title: row.help, placeholder: plain(row.value) });
    fields.push([row.name, made]);
    return h("label", {}, row.name.replaceAll("_", " "), made);
  };
  const [first, rest] = [["model", "prompts", "effort"], []];
  for (const row of data.settings) if (!first.includes(row.name)) rest.push(row);
  const go = async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    say("The run is on its way.");
    try {
      const answer = await fetch(`${data.back}/${data.facts.id}/onward`, { method: "POST", body: JSON.stringify({ since, changes: changed() }),
        headers: { "content-type": "application/json", "x-cropsmith-csrf": data.csrf } });
      const found = JSON.parse(await answer.text());
      if (answer.ok) { location.assign(`${data.back}/${found.trace}`); return; }
      trouble.textContent = plain([found.message, found.hint].filter(Boolean).join(" "));
    } catch { trouble.textContent = "The studio does not answer. Is it still running?"; }
    trouble.hidden = false;
  };
  const form = h("form", { class: "onward", onsubmit: go },
    h("div", { class: "fields" }, first.map((name) => field(data.settings.find((row) => row.name === name)))),
    h("details", {}, h("summary", {}, "All settings"), h("div", { class: "fields" }, rest.map(field))),
    h("p", { class: "command" }, told, " ", h("button", { class: "toggle", type: "button", onclick: () => copy(told.textContent) }, "Copy")),
    data.back ? h("button", { class: "primary", type: "submit" }, `Go on from ${plain(since)}`) : null, trouble);
  tell();
  return h("section", { class: "goon", "aria-label": "Go on from here" }, h("h2", {}, "Go on from here"),
    h("p", { class: "small" }, "Everything before this step stays as it was; from here on the model is asked anew. The new run leads back to this one."), form);
}
