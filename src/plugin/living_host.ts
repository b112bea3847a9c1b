/**
 * All plugins in one list: the shipped ones in this process, the user's each in one of its own, the list replaced whole
 * whenever one of them changes.
 */
import { join, resolve } from "node:path";
import { HubError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { PluginDesk, PluginView } from "../core/plugin_desk.ts";
import type { Clock } from "../lib/clock.ts";
import type { Json } from "../lib/json.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import { createTurns } from "../lib/turns.ts";
import { type PluginProblem, type PluginSettings, readyShipped } from "./catalog.ts";
import { type Choice, chooseSeats } from "./choose.ts";
import { createDesk } from "./desk.ts";
import { openGrants } from "./grants.ts";
import type { PluginHost } from "./host.ts";
import type { Isolation } from "./isolate.ts";
import { type AllPlugins, namesOf, tellProblems, viewPlugins } from "./plugin_list.ts";
import type { PluginNews, Role } from "./plugin_view.ts";
import type { RecordedCall } from "./recorded.ts";
import { openRecords, type Records } from "./records.ts";
import type { Rehearsal } from "./rehearsal.ts";
import { createRoster, type Roll, type Roster, type ShadowHost } from "./roster.ts";
import { type ResolvedConfig, resolveSecrets, type SecretSources } from "../lib/secrets.ts";
import { SHIPPED_IDS } from "./shipped.ts";
import { createShippedSeats, type ShippedSeat } from "./shipped_seats.ts";
import { listPlugins, readSource } from "./sources.ts";
import { UserPlugin, type UserPluginPorts } from "./user_plugin.ts";
import { createVersions } from "./versions.ts";
import { startWatch, type Watch } from "./watch.ts";
import { messageOf } from "./wording.ts";

export interface LivingHostOptions {
  /** The user's plugins; it need not be there. */
  readonly folder: string;
  /** Where the shipped plugins lie while the hub runs from its source: there they are not taken for the user's. */
  readonly shippedFolder: string;
  /** The hub's data directory: copies, grants and what is known of versions are kept there. */
  readonly dataDirectory: string;
  readonly settings: PluginSettings;
  /** Loads no user's plugin; those that messages must not go past park them. */
  readonly isSafe: boolean;
  /** Whether changes of the folder are followed. */
  readonly isWatching: boolean;
  readonly isolation: Isolation;
  readonly rehearsal: Rehearsal;
  readonly env: SecretSources["env"];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onNews: (news: PluginNews) => void;
}

export interface LivingHost {
  readonly host: PluginHost;
  readonly shadowHost: ShadowHost;
  readonly desk: PluginDesk;
  /** Resolves when every plugin is asked or refused; before, the list is empty. Called once. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const VERSIONS = "plugin-versions";
const GRANTS = "plugin-grants.json";
const RECORDS = "plugin-records.json";
/** Editors remove a file for a moment while they save it. */
const GONE_AFTER_MS = 1_000;

/** Nothing runs before `start`. Throws when what the data directory keeps cannot be read. */
export function createLivingHost(options: LivingHostOptions): LivingHost {
  const living = new Living(options);
  const { host, shadowHost } = living.roster;
  return {
    ...{ host, shadowHost },
    desk: living.desk,
    start: () => living.start(),
    close: () => living.close(),
  };
}

class Living {
  readonly roster: Roster;
  readonly desk: PluginDesk;
  readonly #options: LivingHostOptions;
  readonly #records: Records;
  readonly #ports: UserPluginPorts;
  readonly #users = new Map<string, UserPlugin>();
  /** Files that were there and are not, and since when. */
  readonly #missing = new Map<string, number>();
  readonly #loads = new Set<Promise<void>>();
  readonly #scans = createTurns();
  #shipped: readonly ShippedSeat[] = [];
  #shippedProblems: readonly PluginProblem[] = [];
  #folderProblem = "";
  #choice: Choice;
  #probe: Promise<string | null> | null = null;
  #watch: Watch | null = null;
  #cancelLook = () => {};
  #isClosed = false;

  constructor(options: LivingHostOptions) {
    const { dataDirectory, folder, settings, isolation, rehearsal, clock, random, log } = options;
    const closed = [dataDirectory];
    const grants = openGrants(join(dataDirectory, GRANTS));
    const copies = join(dataDirectory, VERSIONS);
    this.#options = options;
    this.#records = openRecords(join(dataDirectory, RECORDS));
    this.roster = createRoster({
      clock,
      close: () => this.close(),
      onStopFailed: (error) => log.error("plugin_not_stopped", { error: errorText(error) }),
    });
    const launching = {
      ...{ isolation, grants, folder, closed },
      rawConfig: (id: string) => (settings.config[id] ?? null) as Json,
      configFor: (id: string) => this.#configFor(id),
      barrier: () => this.#barrier(),
    };
    this.#ports = {
      ...launching,
      ...{ records: this.#records, clock },
      versions: createVersions({ directory: copies, random }),
      roleOf: (id, file) => this.#roleOf(id, file),
      recent: () => this.#recent(),
      onChange: () => this.#choose(),
      retire: (seat) => this.roster.retire(seat),
      onNews: (news) => this.#tell(news),
    };
    this.desk = createDesk({
      ...{ rehearsal, settings, candidate: { ...launching, copies, random } },
      views: () => this.#views(),
      findUser: (id) => this.#findUser(id),
      promote: (plugin) => this.#promote(plugin),
      hold: () => {
        const { placed } = this.#choice;
        return { placed, release: this.roster.hold().release };
      },
    });
    this.#choice = this.#chosen();
  }

  async start(): Promise<void> {
    const { folder, clock, log, settings, isWatching } = this.#options;
    await this.#records.settlePromotions(settings.shadow);
    await this.#readyShipped();
    for (const file of this.#records.files) this.#userOf(file);
    await this.#scan(0);
    await Promise.all(this.#loads);
    this.#choose();
    this.#tellProblems();
    if (!isWatching || this.#isClosed) return;
    const onChange = () => this.#scan(GONE_AFTER_MS);
    this.#watch = startWatch({ folder, clock, log, onChange });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelLook();
    await this.#watch?.stop();
    // Before what is being loaded has ended: it need not be waited for.
    const ended = this.#options.isolation.close();
    await Promise.all(this.#loads);
    await Promise.all([...this.#users.values()].map((user) => user.close()));
    await ended;
  }

  /** The shipped plugins' configuration may hold references too. */
  async #readyShipped(): Promise<void> {
    const configs = new Map<string, Json>();
    const problems: PluginProblem[] = [];
    for (const id of SHIPPED_IDS) {
      try {
        configs.set(id, (await this.#configFor(id)).config);
      } catch (error) {
        problems.push({
          about: id,
          text: `Cannot configure the plugin "${id}" (shipped): ${messageOf(error)}`,
        });
      }
    }
    const ready = readyShipped(configs);
    this.#shipped = createShippedSeats({ plugins: ready.plugins, clock: this.#options.clock });
    this.#shippedProblems = [...problems, ...ready.problems];
  }

  /** Looks at every file in the folder, and lets what is new there be loaded. Files that are missing longer are gone. */
  #scan(goneAfterMs: number): Promise<void> {
    return this.#scans.take(() => this.#scanNow(goneAfterMs));
  }

  async #scanNow(goneAfterMs: number): Promise<void> {
    const { folder, clock } = this.#options;
    let files: readonly string[];
    try {
      files = (await listPlugins(folder)).filter((file) => !this.#isShipped(file));
      this.#folderProblem = "";
    } catch (error) {
      this.#folderProblem = `Cannot read the plugins folder ${folder}: ${messageOf(error)}`;
      return;
    }
    for (const file of files) {
      this.#missing.delete(file);
      const read = await readSource(folder, file, this.#ports);
      if (this.#isClosed) return;
      this.#load(this.#userOf(file).refresh(read));
    }
    const nowMs = clock.monotonic();
    for (const [file, user] of this.#users) {
      if (files.includes(file)) continue;
      const sinceMs = this.#missing.get(file) ?? nowMs;
      this.#missing.set(file, sinceMs);
      if (nowMs - sinceMs >= goneAfterMs) this.#load(user.refresh(null));
      else this.#lookAgain(goneAfterMs);
    }
  }

  #isShipped(file: string): boolean {
    const { folder, shippedFolder } = this.#options;
    return resolve(folder) === shippedFolder && SHIPPED_IDS.some((id) => file === `${id}.ts`);
  }

  #lookAgain(delayMs: number): void {
    this.#cancelLook();
    this.#cancelLook = this.#options.clock.after(delayMs, () => this.#load(this.#scan(delayMs)));
  }

  #load(loading: Promise<void>): void {
    const ended = loading.catch((error) => {
      this.#options.log.error("plugins_not_read", { error: errorText(error) });
    }).finally(() => this.#loads.delete(ended));
    this.#loads.add(ended);
  }

  #userOf(file: string): UserPlugin {
    const known = this.#users.get(file);
    if (known !== undefined) return known;
    const user = new UserPlugin(file, this.#ports);
    this.#users.set(file, user);
    return user;
  }

  #chosen(): Choice {
    return chooseSeats({
      users: this.#sortedUsers(),
      shipped: this.#shipped,
      settings: this.#options.settings,
      isPromoted: (file) => this.#records.isPromoted(file),
    });
  }

  #choose(): void {
    if (this.#isClosed) return;
    for (const [file, user] of this.#users) if (user.isForgotten) this.#users.delete(file);
    this.#choice = this.#chosen();
    const { roll, losers } = this.#choice;
    if (!isSameRoll(roll, this.roster.current)) this.roster.replace(roll);
    for (const user of this.#users.values()) {
      const winner = losers.get(user);
      const why = winner === undefined ? null : `${winner.file} has the id "${user.id}" already`;
      this.#load(user.stand(why));
    }
  }

  #sortedUsers(): UserPlugin[] {
    return [...this.#users.values()].sort((a, b) => a.file < b.file ? -1 : 1);
  }

  #roleOf(id: string, file: string): Role {
    const { disabled, shadow } = this.#options.settings;
    const names = namesOf(id, file);
    if (names.some((name) => disabled.includes(name))) return "disabled";
    const isShadow = names.some((name) => shadow.includes(name));
    return isShadow && !this.#records.isPromoted(file) ? "shadow" : "decides";
  }

  #configFor(id: string): Promise<ResolvedConfig> {
    const { env, settings } = this.#options;
    const readText = (path: string) => Deno.readTextFile(path);
    return resolveSecrets((settings.config[id] ?? null) as Json, { env, readText });
  }

  async #recent(): Promise<readonly RecordedCall[]> {
    try {
      return await this.#options.rehearsal.recent(LIMITS.recordedMessages);
    } catch (error) {
      this.#options.log.warn("recorded_messages_not_read", { error: errorText(error) });
      return [];
    }
  }

  async #barrier(): Promise<string | null> {
    if (this.#options.isSafe) return "Not loaded: the hub was started with --safe";
    const probe = this.#probe ??= this.#tryIsolation();
    const answer = await probe;
    // What keeps plugins apart may be put right while the hub runs.
    if (answer !== null && this.#probe === probe) this.#probe = null;
    return answer;
  }

  async #tryIsolation(): Promise<string | null> {
    const { isolation, log } = this.#options;
    const probed = await isolation.probe()
      .catch((error) => ({ kind: "open" as const, text: errorText(error) }));
    if (probed.kind === "closed") return null;
    log.error("plugins_not_kept_apart", { text: probed.text });
    return `Not loaded: plugins cannot be kept apart here: ${probed.text}`;
  }

  async #promote(plugin: UserPlugin): Promise<void> {
    if (plugin.role !== "shadow") {
      throw new HubError("PLUGIN_INVALID", `Cannot promote "${plugin.id}": it is no shadow`, {
        hint: "plugins.shadow names the plugins that are asked for the record alone",
      });
    }
    await this.#records.promote(plugin.file);
    this.#options.log.info("plugin_promoted", { file: plugin.file, id: plugin.id });
    this.#choose();
  }

  #findUser(id: string): UserPlugin | undefined {
    const shown = this.#views().find((view) => view.id === id);
    const file = shown?.source === "user" ? shown.file : id;
    return this.#users.get(file);
  }

  #views(): readonly PluginView[] {
    return viewPlugins(this.#all());
  }

  #all(): AllPlugins {
    const { settings, folder } = this.#options;
    const unread = this.#folderProblem === "" ? [] : [{ about: folder, text: this.#folderProblem }];
    return {
      ...{ settings, shipped: this.#shipped, choice: this.#choice },
      users: this.#sortedUsers(),
      isPromoted: (file) => this.#records.isPromoted(file),
      problems: [...unread, ...this.#shippedProblems],
    };
  }

  #tellProblems(): void {
    for (const { about, text } of tellProblems(this.#all())) {
      this.#options.log.error("plugin_setting_wrong", { about, text });
    }
  }

  #tell(news: PluginNews): void {
    if (this.#isClosed) return;
    const { log, onNews } = this.#options;
    const { kind, id, file, logText } = news;
    if (kind === "runs") log.info("plugin_runs", { file, id });
    else log.error(`plugin_${kind}`, { file, id, text: logText });
    onNews(news);
  }
}

function isSameRoll(a: Roll, b: Roll): boolean {
  const flat = ({ seats, shadows }: Roll) => [
    ...seats,
    ...shadows.flatMap(({ seat, after }) => [seat, after.join()]),
  ];
  const [one, other] = [flat(a), flat(b)];
  return one.length === other.length && one.every((part, at) => part === other[at]);
}
