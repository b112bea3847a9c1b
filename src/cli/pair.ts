/** `pair open|close|list|approve|refuse`: programs that ask to become clients. */
import { LIMITS } from "../core/limits.ts";
import type { PairingsView } from "../core/pairing.ts";
import { isObject, type Json, textMember } from "../lib/json.ts";
import { PAIRING, PAIRING_STATE } from "../text/pairing.ts";
import { say } from "../text/say.ts";
import { type Call, OK, show, textOption } from "./command.ts";
import { numberOption } from "./options.ts";
import { withHub } from "./reach.ts";
import { columns } from "./table.ts";
import { agoText, timeText } from "./times.ts";

const MINUTE_MS = 60_000;

/** `pair open --minutes N` */
export async function open(call: Call): Promise<number> {
  const max = LIMITS.pairingOpenMaxMs / MINUTE_MS;
  const minutes = numberOption(call, "minutes", { min: 1, max });
  const body = minutes === null ? {} : { minutes };
  const answer = await withHub(call, (api) => api.ask("POST", "/hub/pairing/open", body));
  show(call, answer ?? {}, [stateLine(call, answer)]);
  return OK;
}

/** `pair close` */
export async function close(call: Call): Promise<number> {
  const answer = await withHub(call, (api) => api.ask("POST", "/hub/pairing/close"));
  show(call, answer ?? {}, [stateLine(call, answer)]);
  return OK;
}

/** `pair list` */
export async function list(call: Call): Promise<number> {
  const { clock, lang } = call;
  const answer = await withHub(call, (api) => api.ask("GET", "/hub/pairing"));
  const { pairings } = viewOf(answer);
  const rows = pairings.map(({ name, state, address, createdAtMs }) => [
    name,
    PAIRING_STATE[state][lang],
    agoText(createdAtMs, clock.now(), lang),
    address === "" ? "" : say(lang, PAIRING.from, { address }),
  ]);
  show(call, answer ?? {}, [
    stateLine(call, answer),
    ...(rows.length === 0 ? [PAIRING.none[lang]] : columns(rows)),
  ]);
  return OK;
}

/** `pair approve CODE --name NAME` */
export async function approve(call: Call): Promise<number> {
  const name = textOption(call, "name");
  const body = name === null ? {} : { name };
  const answer = await withHub(call, (api) => api.ask("POST", pathOf(call, "approve"), body));
  const given = isObject(answer) ? textMember(answer, "approved") : "";
  show(call, answer ?? {}, [say(call.lang, PAIRING.approved, { name: given })]);
  return OK;
}

/** `pair refuse CODE` */
export async function refuse(call: Call): Promise<number> {
  const answer = await withHub(call, (api) => api.ask("POST", pathOf(call, "refuse")));
  show(call, answer ?? {}, [PAIRING.refused[call.lang]]);
  return OK;
}

function pathOf({ params: [code = ""] }: Call, action: string): string {
  return `/hub/pairing/${encodeURIComponent(code)}/${action}`;
}

function stateLine({ lang }: Call, answer: Json): string {
  const { openUntilMs } = viewOf(answer);
  return openUntilMs === null
    ? PAIRING.closed[lang]
    : say(lang, PAIRING.open, { until: timeText(openUntilMs) });
}

function viewOf(answer: Json): PairingsView {
  return answer as unknown as PairingsView;
}
