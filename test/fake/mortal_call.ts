/** A client's call to a hub in this process, cut off when the hub dies or the client ends. */
import { isObject, type JsonObject, parseJson } from "../../src/lib/json.ts";
import type { HeldExchange } from "../../src/downstream/exchange.ts";
import type { MortalHub } from "./mortal_hub.ts";

/** Rejects when it is cut off, or when the answer is no success. */
export async function callMortalHub(
  { stations, death }: Pick<MortalHub, "stations" | "death">,
  { path, token, body, stopping, exchange }: {
    readonly path: string;
    readonly token: string;
    readonly body: JsonObject;
    readonly stopping: AbortSignal;
    /** Told how the answer ended, as the server does; nobody is when absent. */
    readonly exchange?: HeldExchange;
  },
): Promise<JsonObject> {
  const { promise: cut, reject } = Promise.withResolvers<never>();
  cut.catch(() => {}); // only the race looks at it
  const onEnd = () => {
    exchange?.end("closed");
    reject(new Error("connection closed"));
  };
  const ending = AbortSignal.any([death, stopping]);
  if (ending.aborted) onEnd();
  ending.addEventListener("abort", onEnd, { once: true });
  const request = new Request(`http://hub/ilink/bot/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  try {
    const asking = stations.downstream.app.fetch(request, exchange && { exchange });
    const response = await Promise.race([asking, cut]);
    const answer = parseJson(await Promise.race([response.text(), cut]));
    exchange?.end("written");
    if (response.status !== 200 || !isObject(answer)) throw new Error(`HTTP ${response.status}`);
    return answer;
  } finally {
    ending.removeEventListener("abort", onEnd);
  }
}
