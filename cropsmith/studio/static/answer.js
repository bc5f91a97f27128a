"use strict";
// The side of one photo: what came of it, said aloud; the after-picture, reasons, choices.

class Answer {
  // `loupe` knows which take and shape are shown, and does what the buttons say.
  constructor(place, loupe) {
    this.place = place;
    this.loupe = loupe;
    this.size = h("b", {});
    this.after = s("svg", { class: "part after", role: "img", "aria-label": "The crop" });
  }

  draw() {
    const { told, take, target, crop, standing } = this.loupe;
    const had = document.activeElement?.closest?.("#answer") && document.activeElement.dataset.name;
    this.place.hidden = !told.takes.length && !told.entry.problem;
    this.place.replaceChildren(...[this.state(told), this.takes(told, take), benchOf(this.loupe),
      crop ? this.shapes(take, target) : null,
      crop ? h("figure", { class: "after-place" }, this.after, h("figcaption", {}, this.size, " pixels", this.word(standing))) : null,
      crop ? this.actions(crop, standing) : null,
      crop ? this.why(take, crop) : null,
      this.steps(told)].filter(Boolean));
    this.preview();
    if (had) this.place.querySelector(`[data-name="${had}"]`)?.focus();
  }

  // What was not found or not done is as loud as what was.
  state(told) {
    const [what, kind] = status(told), take = newest(told), report = this.loupe.take?.report;
    const lines = [];
    if (told.entry.problem) lines.push(told.entry.problem);
    else if (take?.state === "failed") lines.push(take.problem);
    if (report && refused(this.loupe.take)) {
      const reasons = report.crops.filter((crop) => crop.verdict === "reject").flatMap((crop) => crop.reasons);
      lines.push("No crop of this photo answers the request. What is framed is the nearest to it.", ...new Set(reasons));
    }
    if (report) {
      lines.push(...report.failures.map((f) => `${f.source} failed in ${f.node}, ${f.status}: ${f.message}`));
      lines.push(...report.notes);
    }
    lines.push(...told.entry.notes);
    return h("div", { class: `state ${kind}`, role: "status" }, h("b", { class: `chip ${kind}` }, what),
      report?.read_back ? h("p", { class: "small" }, plain(report.read_back)) : null,
      lines.length ? h("ul", { class: "loud" }, [...new Set(lines)].map((line) => h("li", {}, plain(line)))) : null);
  }

  takes(told, shown) {
    if (told.takes.length < 2) return null;
    return h("div", { class: "tools", role: "group", "aria-label": "Answers" }, told.takes.map((take) =>
      h("button", { class: "toggle", type: "button", "data-name": `take ${take.number}`, disabled: !take.report, "aria-pressed": String(take === shown), title: plain(take.wanted.text), onclick: () => this.loupe.choose({ take: take.number, target: 0 }) },
        `${take.number} `, plain(take.model), take.state === "failed" ? " ✕" : take.report ? "" : " …")));
  }

  shapes(take, target) {
    if (take.report.crops.length < 2) return null;
    return h("div", { class: "tools", role: "group", "aria-label": "Shapes" }, take.report.crops.map((crop, k) =>
      h("button", { class: "toggle", type: "button", "data-name": `shape ${k}`, "aria-pressed": String(k === target), onclick: () => this.loupe.choose({ target: k }) },
        shapeName(crop, k), { accepted: " ✓", rejected: " ✕", "": "" }[take.standing[k].word])));
  }

  word(standing) {
    return standing.word ? h("span", { class: `chip ${standing.word === "accepted" ? "ok" : "error"}` }, standing.word) : null;
  }

  actions(crop, standing) {
    const { told, loupe } = { told: this.loupe.told, loupe: this.loupe };
    const button = (name, label, attributes) => h("button", { class: "quiet", type: "button", "data-name": name, ...attributes }, label);
    return h("div", { class: "actions" },
      button("accept", crop.verdict === "reject" ? "Accept the nearest" : "Accept", { class: crop.verdict === "reject" ? "quiet" : "primary", title: "Enter", "aria-pressed": String(standing.word === "accepted"), onclick: () => loupe.judge("accepted") }),
      button("reject", "Reject", { title: "x", "aria-pressed": String(standing.word === "rejected"), onclick: () => loupe.judge("rejected") }),
      button("undo", "Undo", { disabled: told.undo === null, title: told.undo ?? "", onclick: () => loupe.back("undo") }),
      button("redo", "Redo", { disabled: told.redo === null, title: told.redo ?? "", onclick: () => loupe.back("redo") }),
      button("download", "Download", { onclick: () => loupe.download() }));
  }

  why(take, crop) {
    const choices = [{ box: crop.box, role: crop.role || "the answer", reason: "" }, ...crop.alternatives];
    const free = take.report.free && crop.confidence != null && crop.verdict !== "reject";
    const { cost } = take.report.usage;
    return h("div", {},
      crop.verdict === "reject" ? null : h("ul", { class: "reasons" }, crop.reasons.map((reason) => h("li", {}, plain(reason)))),
      free ? h("p", { class: "small" }, `${Math.round(100 * crop.confidence)} % that an expert's crop lies nearer to this than to the photo`) : null,
      this.taste(take),
      choices.length > 1 ? h("ul", { class: "alternatives", "aria-label": "The answer and its alternatives" }, choices.map((one, k) => h("li", {},
        h("button", { class: "tile", type: "button", "data-name": `tile ${k}`, "aria-pressed": String(this.loupe.at(one.box)), title: plain(one.reason), onclick: () => this.loupe.alternative(one, k) },
          this.thumb(one.box), h("span", {}, plain(one.role || `alternative ${k}`)))))) : null,
      h("p", { class: "small" }, [took(take.seconds), take.report.usage.calls ? price(cost) : null].filter(Boolean).join(", "), " ",
        take.trace ? h("a", { href: `/traces/${take.trace}`, "data-name": "trace" }, "See how it thought") : null));
  }

  // A person's own taste is never at work unseen, and can be left out on the spot.
  taste(take) {
    if (!take.choices) return null;
    return h("p", { class: "small taste" }, `Ranked with your ${take.choices} choices. `,
      h("button", { class: "toggle", type: "button", "data-name": "taste", onclick: () => this.loupe.again(take, { taste: "no" }) }, "Crop without them"));
  }

  steps(told) {
    const take = newest(told);
    if (!take || take.report || !take.steps.length) return null;
    const list = h("ol", { class: "live-steps", "aria-label": "Steps" });
    for (const event of take.steps) {
      if (event.kind === "step_began") list.append(h("li", { class: "going", "data-step": event.name }, h("b", {}, plain(event.name))));
      if (event.kind !== "step_ended") continue;
      const going = [...list.querySelectorAll(".going")].find((one) => one.dataset.step === event.name);
      const calls = event.calls.map((call) => h("span", { class: call.status === "ok" ? "small ok" : "small bad" }, ` ${plain(call.purpose)}: ${plain(call.status)}`));
      const item = h("li", { class: event.error ? "bad" : "done" }, h("b", {}, plain(event.name)), h("span", { class: "small" }, ` ${took(event.seconds)} `), plain(event.error || event.told.join(" ")), calls);
      if (going) going.replaceWith(item); else list.append(item);
    }
    return list;
  }

  thumb(b) {
    const { size, sha256 } = this.loupe.told.entry;
    return showPart(s("svg", { class: "part", "aria-hidden": "true" }), `/photos/${sha256}?size=small`, b, size, this.loupe.take.report.angle);
  }

  // The crop as it will be, while the box is still being moved.
  preview() {
    const { editor, told } = this.loupe;
    if (!editor?.box) return;
    showPart(this.after, `/photos/${told.entry.sha256}`, boxed(editor.box), told.entry.size, editor.angle);
    this.size.textContent = editor.size();
  }
}
