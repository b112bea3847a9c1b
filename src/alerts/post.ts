/** One POST of JSON with a time limit; what went wrong is said without the address, which may hold a key. */
import { withLimit } from "../lib/abort.ts";
import { isObject, type Json, textMember, tryParseJson } from "../lib/json.ts";
import { errorText } from "../lib/log.ts";
import { hideSecrets } from "../lib/secrets.ts";
import { CHANNEL_TRY_MS, type ChannelPorts, type Delivery, TAKEN } from "./channel.ts";

export interface Post {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, as it goes over the wire. */
  readonly body: string;
  /** What must not be shown of an answer or a failure. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
  /** Whether a 2xx answer says yes; any does when absent. */
  readonly isYes?: (answer: Json) => boolean;
}

/** An answer is a few words; more is not read on. */
const ANSWER_BYTES_MAX = 16 * 1024;
const SHOWN_LENGTH_MAX = 200;

/** Follows no redirect: a key must not go to another host. */
export async function postJson(ports: ChannelPorts, post: Post): Promise<Delivery> {
  const { url, headers = {}, body, secrets, signal } = post;
  const host = new URL(url).host;
  const fail = (text: string, isWorthRepeating: boolean): Delivery => {
    const shown = hideSecrets(text.replaceAll(url, host), secrets).replaceAll(/\p{Cc}+/gu, " ");
    return {
      kind: "failed",
      text: `${host}: ${shown.slice(0, SHOWN_LENGTH_MAX)}`,
      isWorthRepeating,
    };
  };
  try {
    const { status, text } = await withLimit(async (limited) => {
      const response = await ports.fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json; charset=utf-8", ...headers },
        body,
        redirect: "manual",
        signal: limited,
      });
      return { status: response.status, text: await readText(response) };
    }, { clock: ports.clock, limitMs: CHANNEL_TRY_MS, signal });
    const answer = tryParseJson(text) ?? null;
    if (status < 200 || status > 299) {
      const isWorthRepeating = status >= 500 || status === 408 || status === 429;
      return fail(`HTTP ${status} ${wordsOf(answer, text)}`.trim(), isWorthRepeating);
    }
    if (post.isYes?.(answer) === false) return fail(wordsOf(answer, text), false);
    return TAKEN;
  } catch (error) {
    if (signal.aborted) return fail("ended", true);
    const isLate = error instanceof DOMException && error.name === "AbortError";
    return fail(isLate ? `no answer within ${CHANNEL_TRY_MS} ms` : errorText(error), true);
  }
}

function wordsOf(answer: Json, text: string): string {
  if (!isObject(answer)) return text.slice(0, SHOWN_LENGTH_MAX);
  return textMember(answer, "message") || textMember(answer, "error") || JSON.stringify(answer);
}

async function readText(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    text += decoder.decode(chunk, { stream: true });
    if (bytes > ANSWER_BYTES_MAX) break; // leaving the loop cancels the body
  }
  return text;
}
