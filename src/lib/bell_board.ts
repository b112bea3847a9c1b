/** Bells by key, for many who wait for one thing each: a client's poll, a reply's end. A ring nobody waits for is forgotten. */
export interface BellBoard<Key> {
  ring(key: Key): void;
  ringAll(): void;
  /** Calls `action` at the next ring of `key`; the returned function takes it back. */
  listen(key: Key, action: () => void): () => void;
}

export function createBellBoard<Key>(): BellBoard<Key> {
  const listeners = new Map<Key, Set<() => void>>();

  function ring(key: Key): void {
    const waiting = listeners.get(key);
    if (waiting === undefined) return;
    listeners.delete(key);
    for (const action of waiting) action();
  }

  return {
    ring,
    ringAll() {
      for (const key of [...listeners.keys()]) ring(key);
    },
    listen(key, action) {
      const waiting = listeners.get(key) ?? new Set();
      waiting.add(action);
      listeners.set(key, waiting);
      return () => {
        waiting.delete(action);
        if (waiting.size === 0 && listeners.get(key) === waiting) listeners.delete(key);
      };
    },
  };
}
