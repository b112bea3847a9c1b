/** `client export`: makes another program this client, by the files or variables it reads. */
import type { AccountView } from "../core/status.ts";
import { HubError } from "../core/error.ts";
import { isObject, type Json, numberMember, textMember } from "../lib/json.ts";
import { EXPORT, EXPORT_KINDS, EXPORT_NEXT, type ExportKind } from "../text/export.ts";
import { say } from "../text/say.ts";
import { type Call, OK, show, textOption } from "./command.ts";
import { EXPORTERS } from "./export/exporters.ts";
import { choosePeople, type People } from "./export/people.ts";
import type { ExportPlan } from "./export/plan.ts";
import { prepareFile, writeFile, type WrittenFile } from "./export/write.ts";
import { usageError } from "./fail.ts";
import { choiceOption, requiredOption } from "./options.ts";
import { type AdminApi, withHub } from "./reach.ts";
import { timeText } from "./times.ts";

/** What the hub says of a client. */
interface Identity {
  readonly name: string;
  readonly base_url: string;
  readonly bot_id: string;
  readonly cdn_base_url: string | null;
  readonly senders: { readonly kind: "owner" | "open" | "list"; readonly ids: readonly string[] };
  readonly isTokenValid: boolean | null;
}

interface Asked {
  readonly kind: ExportKind;
  readonly path: string;
  readonly token: string | null;
  readonly people: People;
  readonly identity: Identity;
}

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  requiredOption(call, "for");
  const kind = choiceOption(call, "for", EXPORT_KINDS) ?? "env";
  const path = `/hub/clients/${encodeURIComponent(call.params[0] ?? "")}`;
  const token = textOption(call, "token");
  return await withHub(call, async (api) => {
    const identity = await readIdentity(call, { api, path, token });
    const answer = await api.ask("GET", "/hub/accounts");
    const { accounts } = answer as unknown as { readonly accounts: readonly AccountView[] };
    const people = choosePeople(call, { accounts, allowed: identity.senders.ids });
    const asked: Asked = { kind, path, token, people, identity };
    return call.options["dry-run"] === true
      ? await rehearse(call, asked)
      : await carryOut(call, { api, asked });
  });
}

async function readIdentity(
  call: Call,
  { api, path, token }: {
    readonly api: AdminApi;
    readonly path: string;
    readonly token: string | null;
  },
): Promise<Identity> {
  const answer = await api.ask("POST", `${path}/identity`, token === null ? {} : { token });
  const identity = answer as unknown as Identity;
  if (identity.isTokenValid !== false) return identity;
  throw usageError(
    say(call.lang, EXPORT.tokenWrong, { name: identity.name }),
    EXPORT.tokenWrongHint[call.lang],
  );
}

async function rehearse(call: Call, asked: Asked): Promise<number> {
  const { lang } = call;
  const plan = planOf(call, asked, asked.token ?? `<${EXPORT.placeholder[lang]}>`);
  const files = await Promise.all(plan.files.map(prepareFile));
  const data = {
    ...headOf(asked),
    dryRun: true,
    files: files.map(({ path, shown }) => ({ path, content: shown })),
    lines: plan.lines,
  };
  show(call, data, [
    ...files.flatMap(({ path, shown }) => [
      say(lang, EXPORT.would, { path }),
      ...shown.trimEnd().split("\n"),
    ]),
    ...plan.lines,
  ]);
  tellNext(call, asked);
  call.terminal.note(EXPORT.dryRun[lang]);
  return OK;
}

async function carryOut(
  call: Call,
  { api, asked }: { readonly api: AdminApi; readonly asked: Asked },
): Promise<number> {
  const { lang } = call;
  // What cannot be merged is found before the client's token changes.
  await Promise.all(planOf(call, asked, asked.token ?? "vhub_").files.map(prepareFile));
  const minted = asked.token === null ? await api.ask("POST", `${asked.path}/rotate`) : null;
  const plan = planOf(call, asked, asked.token ?? tokenOf(minted));
  const stamp = new Date(call.clock.now()).toISOString().replace(/\D/g, "").slice(0, 14);
  const written: WrittenFile[] = [];
  for (const file of plan.files) written.push(await writeFile(await prepareFile(file), stamp));
  const oldValidUntilMs = isObject(minted) ? numberMember(minted, "oldValidUntilMs") : null;
  const data = { ...headOf(asked), files: written, lines: plan.lines, oldValidUntilMs };
  // Lines for a program go alone to standard output, so that they can be sent to a file.
  show(call, data, plan.lines);
  if (!call.isJson) {
    for (const { path, action, backup } of written) {
      call.terminal.note(say(lang, EXPORT[action], { path, backup: backup ?? "" }));
    }
    if (oldValidUntilMs !== null) {
      call.terminal.note(say(lang, EXPORT.oldToken, { until: timeText(oldValidUntilMs) }));
    }
  }
  tellNext(call, asked);
  return OK;
}

function planOf(call: Call, { kind, identity, people }: Asked, token: string): ExportPlan {
  const { terminal, clock } = call;
  const { name, base_url, bot_id, cdn_base_url } = identity;
  const directory = textOption(call, "dir");
  if (directory === null && terminal.home === null) {
    throw usageError(EXPORT.noHome[call.lang], null);
  }
  return EXPORTERS[kind]({
    ...{ name, token, people, baseUrl: base_url, botId: bot_id, cdnBaseUrl: cdn_base_url },
    savedAt: new Date(clock.now()).toISOString(),
  }, {
    directory: directory === null ? null : absolute(directory, terminal.directory),
    home: (terminal.home ?? "").replace(/\/+$/, ""),
    env: terminal.env,
  });
}

function absolute(path: string, directory: string): string {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path) ? path : `${directory}/${path.replace(/^\.\//, "")}`;
}

function headOf({ kind, identity, people }: Asked) {
  const { name, base_url, bot_id } = identity;
  return { name, for: kind, base_url, bot_id, people };
}

/** What is left to do, beside what a program may read. */
function tellNext(call: Call, { kind, identity, people }: Asked): void {
  if (call.isJson) return;
  const { lang, terminal } = call;
  if (identity.senders.kind === "open" && kind !== "env") {
    terminal.note(say(lang, EXPORT.open, { people: people.join(", ") }));
  }
  terminal.note(EXPORT_NEXT[kind][lang].replaceAll("{name}", identity.name));
}

function tokenOf(answer: Json): string {
  const token = isObject(answer) ? textMember(answer, "token") : "";
  if (token !== "") return token;
  throw new HubError("HUB_UNREACHABLE", "Cannot understand the hub's answer: it holds no token");
}
