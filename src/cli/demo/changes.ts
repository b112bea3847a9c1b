/** The scene as a stream of what has changed, for one open page. */
import { createBell } from "../../lib/bell.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Scene } from "./scene.ts";

export interface Change {
  /** Which part of the page. */
  readonly event: "phone" | "agents" | "life";
  /** Its new view as JSON; for `life` the life of one message. */
  readonly data: string;
}

/** The hub does not say when something has happened, so it is looked at this often. */
const LOOK_MS = 150;

/** First everything there is, then what changes, until `signal` aborts. */
export async function* changesOf(
  scene: Scene,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<Change> {
  const bell = createBell(options.clock);
  const unwatch = scene.watch(bell.ring);
  const shown = new Map<string, string>();
  try {
    while (!options.signal.aborted) {
      const current = await look(scene);
      for (const [key, change] of current) {
        if (shown.get(key) === change.data) continue;
        shown.set(key, change.data);
        yield change;
      }
      for (const key of shown.keys()) if (!current.has(key)) shown.delete(key);
      bell.ringAt(options.clock.now() + LOOK_MS);
      await bell.wait(options.signal);
    }
  } finally {
    unwatch();
  }
}

async function look(scene: Scene): Promise<Map<string, Change>> {
  const [agents, lives] = await Promise.all([scene.agents(), scene.lives()]);
  const changes = new Map<string, Change>();
  changes.set("phone", { event: "phone", data: JSON.stringify(scene.phone()) });
  changes.set("agents", { event: "agents", data: JSON.stringify(agents) });
  for (const life of [...lives].reverse()) {
    changes.set(`life ${life.id}`, { event: "life", data: JSON.stringify(life) });
  }
  return changes;
}
