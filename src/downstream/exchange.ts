/** The exchange that carries one request and its answer: how it ended, for whoever asks before or after. */

/** `written`: the answer left completely. `closed`: the client went before. */
export type ExchangeEnd = "written" | "closed";

export interface Exchange {
  /** Calls `action` once. */
  onEnd(action: (end: ExchangeEnd) => void): void;
}

/** What whoever holds the connection keeps of it. */
export interface HeldExchange extends Exchange {
  end(how: ExchangeEnd): void;
}

export function createExchange(): HeldExchange {
  let ended: ExchangeEnd | null = null;
  let actions: readonly ((end: ExchangeEnd) => void)[] = [];
  return {
    onEnd(action) {
      if (ended === null) actions = [...actions, action];
      else action(ended);
    },
    end(how) {
      if (ended !== null) return;
      ended = how;
      for (const action of actions) action(how);
      actions = [];
    },
  };
}
