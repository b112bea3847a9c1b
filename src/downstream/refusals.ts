/**
 * Refusals come late, so that whoever repeats a refused call at once does not spin. How many wait is bounded: beyond,
 * refusing at once costs less than holding on to them.
 */
import type { Clock } from "../lib/clock.ts";
import { RET_FAILED, writeFailure } from "../wire/ret.ts";
import type { Answer } from "./call.ts";
import type { Exchange } from "./exchange.ts";

export interface Refusals {
  /** The answer, after the delay; sooner when the client has gone. */
  refuse(exchange: Exchange, refusal: Refusal): Promise<Answer>;
}

export interface Refusal {
  readonly status: 400 | 401 | 503;
  readonly text: string;
}

export function createRefusals(options: {
  readonly clock: Clock;
  readonly delayMs: number;
  readonly waitingMax: number;
}): Refusals {
  const { clock, delayMs, waitingMax } = options;
  let waiting = 0;

  function delay(exchange: Exchange): Promise<void> {
    waiting += 1;
    return new Promise<void>((resolve) => {
      const cancel = clock.after(delayMs, resolve);
      exchange.onEnd(() => {
        cancel();
        resolve();
      });
    }).finally(() => waiting -= 1);
  }

  return {
    async refuse(exchange, { status, text }) {
      if (waiting < waitingMax) await delay(exchange);
      return { status, text: JSON.stringify(writeFailure(RET_FAILED, text)) };
    },
  };
}
