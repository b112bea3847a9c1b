/** Who is calling: the virtual token of a request, looked up by its SHA-256. The token itself is kept nowhere. */
import { createHash } from "node:crypto";
import type { Client } from "../core/client.ts";
import type { Clock } from "../lib/clock.ts";
import type { ClientSteps } from "../store/store.ts";
import { readBearer } from "../wire/headers.ts";

/** The client whose token the `Authorization` header carries; `null` for a missing or unknown one. */
export async function findCaller(
  ports: { readonly store: Pick<ClientSteps, "clientByToken">; readonly clock: Clock },
  authorization: string | undefined,
): Promise<Client | null> {
  const token = readBearer(authorization);
  if (token === "") return null;
  // Looking up a digest tells nobody how much of a guessed token was right, so no comparison has to take constant time.
  const digest = createHash("sha256").update(token).digest("hex");
  return await ports.store.clientByToken(digest, ports.clock.now());
}
