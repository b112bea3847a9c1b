/**
 * Counts ids of the hub's making that a client presents although they are not its own: made for another client, or by nobody.
 * They open nothing; but whoever tries them should be seen. WeChat's own ids, which programs keep from before, are no such.
 * Ids that a program kept from before it was registered anew, or from before the hub's key was another, cannot be told from
 * these: a few at first are no alarm.
 */
import type { ClientId } from "../core/ids.ts";
import { isForeignSigned } from "../core/tokens.ts";
import { type JsonObject, objectMember, textMember } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";
import type { Endpoint, Endpoints } from "./call.ts";

export interface ForeignIds {
  /** The same endpoints; what their callers present is looked at first. */
  watch(endpoints: Endpoints): Endpoints;
  /** Since the hub started. */
  countOf(client: ClientId): number;
  /** The client has gone. */
  forget(client: ClientId): void;
}

export function createForeignIds(
  { signKey, log }: { readonly signKey: Uint8Array; readonly log: Log },
): ForeignIds {
  const counts = new Map<ClientId, number>();

  function note(client: ClientId, body: JsonObject): void {
    const foreign = idsIn(body).filter((id) => isForeignSigned(signKey, client, id)).length;
    if (foreign === 0) return;
    const before = counts.get(client) ?? 0;
    if (before === 0) log.warn("foreign_ids_presented", { client });
    counts.set(client, before + foreign);
  }

  return {
    watch: (endpoints) =>
      Object.fromEntries(
        Object.entries(endpoints).map(([name, serve]): [string, Endpoint] => [name, (call) => {
          note(call.client.id, call.body);
          return serve(call);
        }]),
      ),
    countOf: (client) => counts.get(client) ?? 0,
    forget: (client) => void counts.delete(client),
  };
}

function idsIn(body: JsonObject): string[] {
  const message = objectMember(body, "msg") ?? {};
  return [
    textMember(body, "get_updates_buf"),
    textMember(body, "context_token"),
    textMember(body, "typing_ticket"),
    textMember(message, "context_token"),
  ];
}
