/** A language model as agents reach it over HTTP (OpenAI's streamed chat completions), which always says the same. */
import { isObject, tryParseJson } from "../../src/lib/json.ts";

export interface ScriptedModel extends AsyncDisposable {
  readonly baseUrl: string;
  /** Every message of a user in the requests so far, oldest first. */
  readonly asked: readonly string[];
}

export function startScriptedModel(answer: string): ScriptedModel {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = tryParseJson(await request.text());
    asked.push(...userTexts(isObject(body) ? body["messages"] : null));
    return new Response(eventsOf(answer), { headers: { "content-type": "text/event-stream" } });
  });
  return {
    baseUrl: `http://127.0.0.1:${server.addr.port}/v1`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function eventsOf(content: string): string {
  const chunks = [
    { index: 0, delta: { role: "assistant", content }, finish_reason: null },
    { index: 0, delta: {}, finish_reason: "stop" },
  ].map((choice) => {
    const chunk = { id: "1", object: "chat.completion.chunk", created: 0, model: "scripted" };
    return JSON.stringify({ ...chunk, choices: [choice] });
  });
  return [...chunks, "[DONE]"].map((data) => `data: ${data}\n\n`).join("");
}

/** The content of a message is a text, or parts of which some are texts. */
function userTexts(messages: unknown): readonly string[] {
  if (!Array.isArray(messages)) return [];
  return messages.flatMap((message) => {
    if (!isObject(message) || message["role"] !== "user") return [];
    const content = message["content"];
    if (!Array.isArray(content)) return [String(content)];
    return content.flatMap((part) =>
      isObject(part) && "text" in part ? [String(part["text"])] : []
    );
  });
}
