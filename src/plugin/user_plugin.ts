/**
 * The life of one file in the plugins folder: each version of it is started beside the one that runs, tried, and only then
 * takes its place. What goes wrong leaves the running version where it is, and is told.
 */
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { HubError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { PluginView } from "../core/plugin_desk.ts";
import type { Clock } from "../lib/clock.ts";
import { createTurns } from "../lib/turns.ts";
import type { Manifest } from "./api.ts";
import { absolutePermissions, checkGrantable, wordsOf } from "./grants.ts";
import type { Answer } from "./host.ts";
import { createHistory } from "./history.ts";
import { guessGuard, guessId, launch, type LaunchPorts, type Running } from "./launch.ts";
import { createLineLog } from "./line_log.ts";
import {
  type PluginNews,
  type PluginState,
  type Role,
  tellWhy,
  viewPlugin,
} from "./plugin_view.ts";
import { type RecordedCall, type Trouble, tryRecorded } from "./recorded.ts";
import type { Records } from "./records.ts";
import { blockedSeat, type Seat } from "./roster.ts";
import type { Source, SourceRead } from "./sources.ts";
import { createTally } from "./tally.ts";
import type { Version, Versions } from "./versions.ts";
import { messageOf } from "./wording.ts";

export interface UserPluginPorts extends LaunchPorts {
  readonly versions: Versions;
  readonly records: Records;
  readonly clock: Clock;
  /** Folders that no grant may open. */
  readonly closed: readonly string[];
  readonly roleOf: (id: string, file: string) => Role;
  /** Why no user's plugin may be started now; `null` when they may. */
  readonly barrier: () => Promise<string | null>;
  /** Stored messages to try a new version on. Never rejects. */
  readonly recent: () => Promise<readonly RecordedCall[]>;
  /** Its claim changed. */
  readonly onChange: () => void;
  /** The seat is not wanted any more; whoever asks from it may finish. */
  readonly retire: (seat: Seat) => void;
  readonly onNews: (news: PluginNews) => void;
}

/** What a plugin wants in the list of those who are asked. */
export type Claim =
  | { readonly kind: "runs"; readonly seat: Seat }
  /** It could run and was told to rest. */
  | { readonly kind: "rests" }
  /** It cannot be asked, and nothing may go past it. */
  | { readonly kind: "blocks"; readonly seat: Seat }
  | { readonly kind: "none" };

const WENT_BACK =
  "The version before runs because the owner went back to it; the file is tried again when it changes";

export class UserPlugin {
  readonly file: string;
  readonly #ports: UserPluginPorts;
  readonly #turns = createTurns();
  readonly #lines;
  readonly #tally;
  readonly #history;
  #running: Running | null = null;
  #loadedAtMs: number | null = null;
  /** The file as it is now; without a manifest while that version has not been started. */
  #newest: { readonly source: Source; readonly manifest: Manifest | null } | null = null;
  #wanted: { readonly read: SourceRead | null } | null = null;
  /** Why it is not asked any more, "" otherwise. */
  #trip = "";
  /** Why the file as it is now does not run, "" otherwise. */
  #problem = "";
  #told = "";
  #isGone = false;
  #blocked: Seat | null = null;
  /** Why another file stands in its place; `null` when none does. */
  #standby: string | null = null;

  constructor(file: string, ports: UserPluginPorts) {
    this.file = file;
    this.#ports = ports;
    this.#lines = createLineLog(ports.clock);
    this.#tally = createTally(ports.clock);
    this.#history = createHistory(file, ports);
  }

  /** As its manifest says; as its source seems to say while no version could be read. */
  get id(): string {
    return this.#newest?.manifest?.id ?? this.#running?.manifest.id ?? this.#history.last?.id ??
      guessId({ file: this.file, text: this.#newest?.source.text ?? "" });
  }

  /** Whether a version of it said so itself. */
  get isIdKnown(): boolean {
    return Boolean(this.#newest?.manifest ?? this.#running ?? this.#history.last);
  }

  get role(): Role {
    return this.#ports.roleOf(this.id, this.file);
  }

  get claim(): Claim {
    if (this.role === "disabled") return { kind: "none" };
    if (this.#running !== null) return { kind: "runs", seat: this.#running.seat };
    if (this.#standby !== null && this.#trip === "") return { kind: "rests" };
    return this.#parks ? { kind: "blocks", seat: this.#blockedSeat() } : { kind: "none" };
  }

  /** Nothing is left of it. */
  get isForgotten(): boolean {
    return this.#isGone && this.claim.kind === "none";
  }

  get view(): PluginView {
    return viewPlugin(this.#stateNow());
  }

  /** Lines it wrote with a higher number, oldest first. */
  linesAfter(number: number): ReturnType<ReturnType<typeof createLineLog>["after"]> {
    return this.#lines.after(number);
  }

  /** What the file is now; `null`: gone. Resolves when that is in force or refused; never rejects. */
  refresh(read: SourceRead | null): Promise<void> {
    this.#wanted = { read };
    return this.#turns.take(async () => {
      const given = this.#wanted;
      this.#wanted = null;
      if (given === null) return; // a later call's content was taken by an earlier turn
      try {
        if (given.read === null) await this.#leave();
        else if (given.read.kind === "source") await this.#load(given.read.source);
        else await this.#lack(given.read.text);
      } catch (error) {
        this.#refuse(`Cannot keep a copy of the plugin ${this.file}: ${messageOf(error)}`);
      }
      this.#ports.onChange();
    });
  }

  /** Grants what the file asks for as it is now. Throws `PLUGIN_INVALID`. */
  grant(): Promise<void> {
    return this.#turns.take(async () => {
      const { grants, folder, closed, clock } = this.#ports;
      const manifest = this.#newest?.manifest;
      if (!this.#newest || !manifest) {
        throw this.#cannot("grant", this.#problem || "its manifest was not read yet");
      }
      const { hash } = this.#newest.source;
      const asked = wordsOf(manifest.permissions);
      const opened = absolutePermissions(asked, dirname(join(folder, this.file)));
      checkGrantable(manifest.id, opened, { closed, folder });
      await grants.add({ id: manifest.id, hash, ...asked, atMs: clock.now() });
      if (this.#history.last?.rolledBackFrom !== hash) await this.#tryNewest({ isProven: false });
    });
  }

  /** Goes back to the version before. Throws `PLUGIN_INVALID`. */
  rollback(): Promise<void> {
    return this.#turns.take(async () => {
      const version = await this.#history.find("before");
      if (version === null) {
        throw this.#cannot("roll back", "there is no version before the one that runs");
      }
      const failed = await this.#install(version, { isProven: true });
      if (failed !== null) throw this.#cannot("roll back", failed.text);
      const newest = this.#newest?.source.hash ?? "";
      const rolledBackFrom = newest === version.hash ? "" : newest;
      await this.#history.leave(rolledBackFrom);
      this.#problem = rolledBackFrom === "" ? "" : WENT_BACK;
      this.#tell("runs", "");
    });
  }

  /** Asks it again after it was tripped, and tries the file again where it was refused. */
  reset(): Promise<void> {
    return this.#turns.take(async () => {
      this.#trip = "";
      this.#tally.forgive();
      const isWentBack = this.#history.last?.rolledBackFrom === this.#newest?.source.hash;
      if (this.#problem !== "" && !isWentBack) await this.#tryNewest({ isProven: false });
      await this.#wake();
      this.#ports.onChange();
    });
  }

  /** `by`: why another file stands in its place; `null`: none does any more. */
  stand(by: string | null): Promise<void> {
    if (this.#standby === by) return Promise.resolve();
    this.#standby = by;
    return this.#turns.take(async () => {
      if (this.#standby !== null) this.#rest();
      else await this.#wake();
    });
  }

  /** Ends what runs. */
  close(): Promise<void> {
    return this.#turns.take(async () => {
      const running = this.#running;
      this.#running = null;
      await running?.seat.stop();
    });
  }

  async #load(source: Source): Promise<void> {
    const { hash } = source;
    if (this.#newest?.source.hash === hash && !this.#isGone) return;
    this.#isGone = false;
    this.#newest = { source, manifest: null };
    const known = this.#history.last;
    if (known?.rolledBackFrom === hash) {
      this.#problem = WENT_BACK;
      return await this.#wake();
    }
    await this.#history.leave("");
    if (this.#running?.hash === hash) {
      this.#newest = { source, manifest: this.#running.manifest };
      this.#problem = "";
      return;
    }
    const isProven = known?.hash === hash;
    if (isProven && this.role === "disabled") {
      this.#problem = "";
      return;
    }
    await this.#tryNewest({ isProven });
  }

  /** The file is there and cannot be read. */
  async #lack(text: string): Promise<void> {
    this.#isGone = false;
    this.#newest = null;
    this.#refuse(text);
    await this.#wake();
  }

  async #leave(): Promise<void> {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#newest = null;
    this.#trip = "";
    this.#problem = "Its file is gone";
    this.#tell("gone", this.#problem);
    this.#rest();
    if (!this.#parks) await this.#history.forget();
  }

  async #tryNewest({ isProven }: { readonly isProven: boolean }): Promise<void> {
    if (this.#newest === null) return;
    const { source } = this.#newest;
    const hasRun = this.#running !== null;
    const version = await this.#history.keep(source);
    const onManifest = (manifest: Manifest) => this.#newest = { source, manifest };
    const failed = await this.#install(version, { isProven, onManifest });
    if (failed === null) {
      this.#problem = "";
      if (this.#running !== null && (hasRun || !isProven)) this.#tell("runs", "");
      return;
    }
    const outside = source.outside.length === 0
      ? ""
      : `. It imports ${source.outside.join(", ")}, which lies outside the plugins folder`;
    this.#refuse(failed.text + outside, failed.logText + outside);
    await this.#wake();
  }

  /** Starts what ran last, where nothing runs and nothing speaks against it. */
  async #wake(): Promise<void> {
    const known = this.#history.last;
    if (this.#running !== null || known === null || this.#trip !== "" || this.#isGone) return;
    const version = await this.#history.find("last");
    if (version === null || this.#newest?.source.hash === known.hash && this.#problem !== "") {
      return;
    }
    const failed = await this.#install(version, { isProven: true });
    if (failed !== null && this.#problem === "") this.#refuse(failed.text, failed.logText);
  }

  /** Starts a version and puts it into the place of the one that runs; says why where it is not good for it. */
  async #install(version: Version, how: {
    readonly isProven: boolean;
    readonly onManifest?: (manifest: Manifest) => void;
  }): Promise<Omit<Trouble, "isDenial"> | null> {
    const { barrier, roleOf, retire, clock } = this.#ports;
    const refusal = await barrier();
    if (refusal !== null) return { text: refusal, logText: refusal };
    const launched = await launch({
      file: this.file,
      version,
      id: this.#history.last?.id ?? guessId(this.#newest?.source ?? { file: this.file, text: "" }),
      onLog: (line) => this.#lines.add(line),
      onAnswer: (seat, answer) => this.#note(seat, answer),
    }, this.#ports);
    if (launched.kind === "refused") return { text: launched.text, logText: launched.text };
    const next = launched.running;
    how.onManifest?.(next.manifest);
    const isOff = roleOf(next.manifest.id, this.file) === "disabled";
    let isTaken = false;
    try {
      const trouble = how.isProven || isOff ? null : await this.#tryOut(next);
      if (trouble !== null) return trouble;
      await this.#history.remember({ hash: next.hash, info: next.seat.info });
      isTaken = !isOff;
    } finally {
      if (!isTaken) await next.seat.stop();
    }
    if (isOff) {
      this.#rest();
      return null;
    }
    const before = this.#running;
    this.#running = next;
    this.#loadedAtMs = clock.now();
    this.#trip = "";
    this.#tally.forgive();
    this.#ports.onChange();
    if (before !== null) retire(before.seat);
    return null;
  }

  /** Without what it asks for a plugin may fail; that keeps it out only where an older version can do its work. */
  async #tryOut({ seat, hash }: Running): Promise<Trouble | null> {
    const { recent, clock } = this.#ports;
    const trouble = await tryRecorded(seat, await recent(), clock);
    if (trouble === null || !trouble.isDenial || this.#running !== null) return trouble;
    const older = await this.#history.find("last");
    return older !== null && older.hash !== hash ? trouble : null;
  }

  #note(seat: Seat, answer: Answer<unknown>): void {
    const isTooMany = this.#tally.note(answer.kind === "fault");
    if (!isTooMany || seat !== this.#running?.seat || answer.kind !== "fault") return;
    const minutes = LIMITS.faultWindowMs / 60_000;
    const times = `It failed in ${LIMITS.faultsBeforeTrip} moments within ${minutes} minutes`;
    const last = `The last time (${answer.fault}): ${answer.text}`;
    this.#trip = `${times} and is not asked any more. ${last}`;
    this.#tell("tripped", this.#trip, `${times}, the last time: ${answer.fault}`);
    this.#rest();
  }

  /** Takes what runs out of the list. */
  #rest(): void {
    const running = this.#running;
    this.#running = null;
    this.#ports.onChange();
    if (running !== null) this.#ports.retire(running.seat);
  }

  /** Each version's refusal is told once. */
  #refuse(text: string, logText = text): void {
    const told = `${this.#newest?.source.hash} ${text}`;
    const isNews = this.#told !== told;
    this.#told = told;
    this.#problem = text;
    if (isNews) this.#tell("refused", text, logText);
  }

  #tell(kind: PluginNews["kind"], text: string, logText = text): void {
    this.#ports.onNews({ kind, id: this.id, file: this.file, text, logText });
  }

  /** The same one while nothing of it changes, so that it makes no new list. */
  #blockedSeat(): Seat {
    const known = this.#history.last ?? guessGuard(this.#newest?.source.text ?? "");
    const seat = blockedSeat({ ...known, id: this.id }, () => tellWhy(this.#stateNow()));
    if (!isDeepStrictEqual(this.#blocked?.info, seat.info)) this.#blocked = seat;
    return this.#blocked ?? seat;
  }

  /** Whether messages and replies must not go past it when it cannot be asked. */
  get #parks(): boolean {
    if (this.role !== "decides" || this.#standby !== null) return false;
    if (this.#newest?.manifest) return this.#newest.manifest.onFault === "park";
    const guessed = guessGuard(this.#newest?.source.text ?? "");
    return [this.#history.last, guessed].some((said) => said?.onFault === "park");
  }

  #stateNow(): PluginState {
    const { source, manifest = null } = this.#newest ?? {};
    return {
      ...{ id: this.id, file: this.file, role: this.role, running: this.#running },
      ...{ loadedAtMs: this.#loadedAtMs, record: this.#history.last, grants: this.#ports.grants },
      newest: source === undefined ? null : { hash: source.hash, manifest },
      ...{ tally: this.#tally, trip: this.#trip, problem: this.#problem },
      ...{ standby: this.#standby, parks: this.#parks },
    };
  }

  #cannot(what: string, text: string): HubError {
    return new HubError("PLUGIN_INVALID", `Cannot ${what} the plugin "${this.id}": ${text}`);
  }
}
