"use strict";
// What the page knows of its sitting: read from the studio, told anew by it, never kept here alone.

const sitting = {
  id: document.querySelector("[data-sitting]").dataset.sitting,
  about: null, // name, folder, the latest order
  sheets: new Map(), // number -> photo with its takes
  listeners: [],

  on(listener) { this.listeners.push(listener); },
  tell(number) { for (const listener of this.listeners) listener(number); },

  async load() {
    const { sitting: about, sheets } = await read(`/sittings/${this.id}/sheet`);
    this.about = about;
    for (const told of sheets) this.sheets.set(told.entry.number, told);
    this.tell(null);
  },

  // The sheet is read once the studio says that it tells of every change from now on: what happened
  // before, while this page was away, or while the studio itself began anew, is in it.
  listen() {
    const source = new EventSource(`/sittings/${this.id}/events`);
    addEventListener("pagehide", () => source.close());
    return new Promise((done) => {
      source.onmessage = async (message) => {
        const event = JSON.parse(message.data);
        if (event.kind === "listening") {
          await attempt(() => this.load());
          done();
        } else if (event.kind === "sheet") this.put(event.sheet);
        else if (event.kind === "trouble") trouble(new Refused(event.message));
        else this.step(event);
      };
      source.onerror = () => {
        const gone = source.readyState === EventSource.CLOSED;
        trouble(new Refused(gone ? "This page is of an earlier studio: open it anew." : SILENT));
        done();
      };
    });
  },

  put(told) {
    this.sheets.set(told.entry.number, told);
    this.tell(told.entry.number);
  },

  step(event) {
    const take = this.sheets.get(event.entry)?.takes.find((one) => one.number === event.take);
    if (!take) return;
    take.steps.push(event);
    if (event.trace) take.trace = event.trace;
    this.tell(event.entry);
  },

  // The first photo that is dropped begins the sitting; from then on it has its address.
  async begin() {
    if (this.id) return;
    if (!this.beginning) this.beginning = (async () => {
      const { id } = await (await post("/sittings", {})).json();
      this.id = id;
      history.pushState(null, "", `/sittings/${id}`);
      await this.listen();
    })();
    await this.beginning;
  },

  async send(number, way, value) {
    const told = await attempt(async () => (await post(`/sittings/${this.id}/entries/${number}/${way}`, value ?? {})).json());
    if (told) this.put(told);
    return told;
  },

  edit(number, edit) { return this.send(number, "edits", edit); },
};

// The take that stands for a photo: the newest with an answer.
const answered = (told) => [...told.takes].reverse().find((take) => take.report) ?? null;
const newest = (told) => told.takes[told.takes.length - 1] ?? null;
const atWork = (told) => told.takes.some((take) => take.state === "running" || take.state === "waiting");

// What was said of a photo as a whole: of every shape of the take that stands for it.
function word(told) {
  const words = (answered(told)?.standing ?? []).map((one) => one.word);
  if (!words.length || words.includes("")) return "";
  return words.every((one) => one === "rejected") ? "rejected" : "accepted";
}

const wide = (ratio) => {
  const found = /^\s*(\d+(?:\.\d+)?)\s*[:x×/]\s*(\d+(?:\.\d+)?)\s*$/.exec(ratio ?? "");
  return found && Number(found[2]) ? Number(found[1]) / Number(found[2]) : null;
};

// Width over height that a shape has now; null where it is free.
function ratioOf(crop, standing) {
  if (standing.ratio === "free") return null;
  if (standing.ratio) return wide(standing.ratio);
  return crop.target.ratio ? crop.target.ratio.width / crop.target.ratio.height : null;
}

const refused = (take) => (take.report?.crops ?? []).filter((crop) => crop.verdict === "reject").length;
const shapeName = (crop, index) => plain(crop.target.name || (crop.target.ratio ? `${crop.target.ratio.width}:${crop.target.ratio.height}` : `shape ${index + 1}`));

// How a photo stands, in a word or two, and whether that is good.
function status(told) {
  if (told.entry.problem) return ["not a photo", "error"];
  const take = newest(told);
  if (!take) return ["not cropped yet", "idle"];
  if (take.state === "waiting") return ["waits its turn", "running"];
  if (take.state === "running") return ["at work", "running"];
  if (take.state === "failed") return [take.problem === "Stopped." ? "stopped" : "failed", "error"];
  const none = refused(take), all = take.report.crops.length;
  if (none) return [none === all ? "no crop" : `no crop for ${none} of ${all} shapes`, "refused"];
  if (take.report.failures.length) return ["done, but a part failed", "partly"];
  const many = take.report.notes.length;
  return many ? [`done, with ${many === 1 ? "a note" : `${many} notes`}`, "partly"] : ["done", "ok"];
}
