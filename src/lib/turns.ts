/** One thing after the other: what is begun in a turn begins when the turns before it have ended, however they ended. */
export interface Turns {
  /** Runs `action` after everything that was given before; gives what it gives. */
  take<T>(action: () => Promise<T>): Promise<T>;
  /** Resolves when everything given so far has ended. Never rejects. */
  idle(): Promise<void>;
}

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  return {
    take(action) {
      const taken = last.then(action);
      last = taken.then(() => {}, () => {}); // whoever took the turn hears of its failure
      return taken;
    },
    idle: () => last,
  };
}
