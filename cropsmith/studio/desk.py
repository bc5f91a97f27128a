"""Works on sittings: takes photos in, runs what is ordered, keeps what a person says."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Any

from cropsmith.agents.runs.events import RunBegan, RunEnded
from cropsmith.agents.runs.run import events_of
from cropsmith.agents.trace.writer import alive, this_process
from cropsmith.batch.inputs import found, is_address, is_pattern
from cropsmith.errors import CropsmithError, UsageError
from cropsmith.studio.crops import Crops, checked
from cropsmith.studio.export import CROPS
from cropsmith.studio.feed import Feed, Told
from cropsmith.studio.orders import check, parts_of, request_of
from cropsmith.studio.photos import Photos
from cropsmith.studio.settings import StudioSettings
from cropsmith.studio.shown import as_told
from cropsmith.studio.sittings.store import SittingStore
from cropsmith.studio.sittings.values import Edit, Entry, Sheet, Sitting, State, Take, Wanted
from cropsmith.studio.steps import told
from cropsmith.tools.schema.result import Verdict

_Key = tuple[str, int, int]


class _Stopped(Exception):
    """Somebody asked the run to end."""


class Desk:
    """The sittings of one studio. Methods work on files: call them off the event loop."""

    def __init__(self, settings: StudioSettings) -> None:
        self._settings = settings
        self.store = SittingStore(settings.home)
        self.photos = Photos(settings, self.store)
        self.crops = Crops(settings, self.photos)
        self.feed = Feed()
        # Threads with event loops of their own: whatever a run does, the studio answers.
        self._pool = ThreadPoolExecutor(settings.max_runs, thread_name_prefix="crop")
        self._lock = threading.Lock()
        self._under_way: dict[_Key, list[Told]] = {}
        """What was told so far of the takes of this process that have not ended."""
        self._stopped: set[_Key] = set()
        self._closing = threading.Event()

    def open(self, places: Sequence[str], wanted: Wanted) -> Sitting:
        """Begin a sitting with the photos of folders, patterns and files, which come in meanwhile.

        One of before with the same order goes on, with the photos that are new. UsageError where
        a place names no photo.
        """
        check(wanted)
        paths = [_place(one) for one in places]
        folder = paths[0] if len(paths) == 1 and os.path.isdir(paths[0]) else ""
        photos = (one.photo for one in found(paths, Path(folder, CROPS) if folder else None))
        files = sorted(photos) if folder else list(dict.fromkeys(photos))
        for sitting in self.store.of_folder(folder) if folder else self.store.of_files(files):
            sheets = self.store.sheets(sitting.id)
            if wanted in (sitting.wanted, *_begun_with(sheets)):
                break
        else:
            name = os.path.basename(folder or files[0]) if len(paths) == 1 else ""
            sitting, sheets = self.store.begin(name, folder, wanted), []
        known = {one.entry.path for one in sheets}
        files = [file for file in files if file not in known]
        threading.Thread(target=self._take_in, args=(sitting, files), daemon=True).start()
        return sitting

    def receive(self, id: str, data: bytes, name: str) -> Sheet:
        """Take a dropped photo in. UnreadableImage, which names it, for what is none."""
        sitting = self.store.sitting(id)
        return self._taken_in(sitting, self.store.add(id, self.photos.receive(data, name)))

    def order(self, id: str, wanted: Wanted, entries: Sequence[int] | None) -> None:
        """Begin a take of each model for each photo. UsageError for what cannot be asked."""
        check(wanted)
        sheets = [one for one in self.store.sheets(id) if not one.entry.problem]
        if entries is None:
            self.store.want(id, wanted)
        for sheet in sheets:
            if entries is None or sheet.entry.number in entries:
                self._ask(id, sheet.entry.number, wanted)

    def stop(self, id: str) -> None:
        """End every run of a sitting: those under way at their next event."""
        with self._lock:
            self._stopped |= {key for key in self._under_way if key[0] == id}

    def edit(self, id: str, entry: int, edit: Edit) -> Sheet:
        """Keep a step of a person, and what it says of a crop. UsageError for an impossible one."""
        before = self.store.sheet(id, entry)
        checked(edit, before)
        now = self.store.edit(id, entry, edit)
        return self._judged(id, before, now, edit, lambda: self.store.retract(id, entry))

    def step(self, id: str, entry: int, by: int) -> Sheet:
        """Undo (-1) or do again (+1) one step."""
        before = self.store.sheet(id, entry)
        edit = before.history.undoes if by < 0 else before.history.redoes
        if edit is None:
            return before
        now = self.store.step(id, entry, by)
        return self._judged(id, before, now, edit, lambda: self.store.step(id, entry, -by))

    def accept_rest(self, id: str) -> tuple[Sequence[int], Sequence[str]]:
        """Accept every answer of which nothing was said yet.

        Returns the photos it was done for, and why it could not be for others. Where no crop
        answers the request, or the photo itself is in question, nothing is accepted.
        """
        done, notes = list[int](), list[str]()
        for sheet in self.store.sheets(id):
            take = sheet.latest
            if take is None or take.report is None or sheet.entry.problem:
                continue
            for target, crop in enumerate(take.report.crops):
                stands = sheet.history.standing(take, target)
                if stands.word or crop.verdict is Verdict.REJECT:
                    continue
                edit = Edit(
                    take=take.number,
                    target=target,
                    box=stands.box,
                    ratio=stands.ratio,
                    word="accepted",
                    angle=stands.angle,
                    did="accepted with the rest",
                )
                try:
                    self.edit(id, sheet.entry.number, edit)
                except CropsmithError as error:
                    notes.append(error.message)
                    break
                done.append(sheet.entry.number)
        return done, notes

    def shown(self, id: str) -> list[dict[str, Any]]:
        """Return every photo as the page gets it; runs that a process left behind go on."""
        sheets = self.store.sheets(id)
        for sheet in sheets:
            for take in sheet.takes:
                if not take.ended and not self._somebody_works_on(id, take):
                    self.store.keep(id, take.model_copy(update={"state": State.WAITING}))
                    self._submit(id, take)
        return [self.as_told(id, sheet) for sheet in sheets]

    def as_told(self, id: str, sheet: Sheet) -> dict[str, Any]:
        """Return one photo as the page gets it."""

        def steps(take: Take) -> Sequence[Told]:
            with self._lock:
                return list(self._under_way.get((id, take.entry, take.number), ()))

        return as_told(sheet, steps)

    def close(self) -> None:
        """Ask every run to end; they go on when their sitting is opened again."""
        self._closing.set()
        self.feed.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _take_in(self, sitting: Sitting, files: Sequence[str]) -> None:
        for file in files:
            if self._closing.is_set():
                return
            entry = self.store.add_file(sitting.id, self.photos.look(Path(file)))
            if entry is not None:  # opened twice at once, both take its files in
                self._taken_in(sitting, entry)

    def _taken_in(self, sitting: Sitting, entry: Entry) -> Sheet:
        wanted = self.store.sitting(sitting.id).wanted
        if wanted is not None and not entry.problem:
            self._ask(sitting.id, entry.number, wanted)
        return self._told(sitting.id, self.store.sheet(sitting.id, entry.number))

    def _ask(self, id: str, entry: int, wanted: Wanted) -> None:
        for model in wanted.models or (self._settings.model,):
            self._submit(id, self.store.take(id, entry, model, wanted))
        self._told(id, self.store.sheet(id, entry))

    def _submit(self, id: str, take: Take) -> None:
        key = (id, take.entry, take.number)
        with self._lock:
            if key in self._under_way:
                return
            self._under_way[key] = []
        try:
            self._pool.submit(self._work, id, take)
        except RuntimeError as error:  # the pool is shut
            raise UsageError("The studio is closing.") from error

    def _somebody_works_on(self, id: str, take: Take) -> bool:
        with self._lock:
            mine = (id, take.entry, take.number) in self._under_way
        other = take.state is State.RUNNING and take.process != this_process()
        return mine or (other and alive(take.process))

    def _work(self, id: str, take: Take) -> None:
        key, began = (id, take.entry, take.number), time.monotonic()
        try:
            ended = self._ended(id, take)
            if ended is not None:
                seconds = time.monotonic() - began
                ended = ended.model_copy(update={"seconds": seconds, "process": ""})
                self.store.keep(id, ended)
        except CropsmithError as error:  # it cannot be kept
            self.feed.tell(id, {"kind": "trouble", "message": error.message})
            return
        finally:
            with self._lock:
                self._under_way.pop(key, None)
                self._stopped.discard(key)
        if not self._closing.is_set():
            self._told(id, self.store.sheet(id, take.entry))

    def _ended(self, id: str, take: Take) -> Take | None:
        """Run a take to its end; None where it is left to somebody else."""
        key = (id, take.entry, take.number)
        take = take.model_copy(update={"state": State.RUNNING, "process": this_process()})
        try:
            if key in self._stopped:
                raise _Stopped
            if not self.store.claim(id, take, this_process()):
                return None  # another studio of this home has it
            self._told(id, self.store.sheet(id, take.entry))
            return asyncio.run(self._followed(id, take))
        except _Stopped:
            # One that the studio's end cuts short goes on when its sitting is opened again.
            return None if self._closing.is_set() else _failed(take, "Stopped.")
        except CropsmithError as error:
            return _failed(take, " ".join(filter(None, [error.message, error.hint])))
        except Exception as error:
            # A fault of ours must end this run on the page too, and leave the studio standing.
            return _failed(take, f"{type(error).__name__}: {error}")

    async def _followed(self, id: str, take: Take) -> Take:
        entry = self.store.sheet(id, take.entry).entry
        photo = self.photos.open(entry.sha256, entry.name)
        parts = parts_of(take, self._settings)
        taste = parts.preference.taste
        key, about = (id, take.entry, take.number), {"entry": take.entry, "take": take.number}
        events = events_of(photo, request_of(take.wanted), parts)
        async with aclosing(events):
            async for event in events:
                if key in self._stopped or self._closing.is_set():
                    raise _Stopped
                if isinstance(event, RunBegan):
                    take = take.model_copy(update={"trace": event.trace_id or ""})
                if isinstance(event, RunEnded):
                    choices = taste.judged if taste else 0
                    update = {"report": event.report, "choices": choices, "state": State.DONE}
                    take = take.model_copy(update=update)
                if (step := told(event)) is not None:
                    with self._lock:
                        self._under_way[key].append({**step, **about})
                    self.feed.tell(id, {**step, **about})
        return take

    def _judged(
        self, id: str, before: Sheet, now: Sheet, edit: Edit, back: Callable[[], object]
    ) -> Sheet:
        try:
            self.crops.judged(before, now, edit)
        except BaseException:
            back()  # what is not kept was not done
            raise
        self._told(id, now)
        return now

    def _told(self, id: str, sheet: Sheet) -> Sheet:
        self.feed.tell(id, {"kind": "sheet", "sheet": self.as_told(id, sheet)})
        return sheet


def _place(argument: str) -> str:
    """Return what an argument names, absolute. UsageError for what is no file of this machine."""
    if argument == "-" or is_address(argument):
        raise UsageError(
            f"The studio opens files and folders, not {argument}.",
            hint="Save the photo first, or drop it on the page.",
        )
    path = os.path.abspath(os.path.expanduser(argument))
    if not os.path.lexists(path) and not is_pattern(path):
        raise UsageError(
            f"There is no file or folder {argument}.",
            hint='Words come after the photos: cropsmith studio photo.jpg "square".',
        )
    return path


def _begun_with(sheets: Sequence[Sheet]) -> Sequence[Wanted]:
    """Return the first order of a sitting: another may have followed it."""
    return [sheet.takes[0].wanted for sheet in sheets if sheet.takes][:1]


def _failed(take: Take, problem: str) -> Take:
    return take.model_copy(update={"state": State.FAILED, "problem": problem})
