/** Which of several clients is a person's own, decided by nothing but their names, so that there is nothing to keep. */
import type { ClientView } from "ilink-hub/plugin";

/**
 * The clients with this label, the person's own first. Each client draws a number for this person and the highest is theirs:
 * a client that comes or goes moves nobody but its own people, and these to all the others alike.
 */
export function rankPool(
  clients: readonly ClientView[],
  { label, person }: { readonly label: string; readonly person: string },
): readonly ClientView[] {
  return clients.filter((client) => client.label === label)
    .map((client) => ({ client, draw: draw(`${person}\n${client.name}`) }))
    .toSorted((a, b) => b.draw - a.draw || (a.client.name < b.client.name ? -1 : 1))
    .map(({ client }) => client);
}

/** Whether the client takes messages now. */
export function isThere({ state }: ClientView): boolean {
  return state === "polling" || state === "busy";
}

/** A number below 2^32 that looks drawn by chance (FNV-1a, then mixed). */
function draw(text: string): number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    state = Math.imul(state ^ byte, 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
