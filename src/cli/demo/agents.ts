/** The sample agents as programs that can be switched off and on, to see what the hub does meanwhile. */
import type { Clock } from "../../lib/clock.ts";
import type { Lang } from "../../text/say.ts";
import { type Persona, work } from "./personas.ts";
import { runAgent } from "./simplest_agent.ts";

export interface AgentSwitch {
  readonly persona: Persona;
  readonly isOn: boolean;
  turnOn(): void;
  /** Resolves when the program has ended; what it was working on stays unacknowledged. */
  turnOff(): Promise<void>;
}

export function createAgentSwitch(options: {
  readonly persona: Persona;
  readonly baseUrl: string;
  readonly token: string;
  readonly lang: Lang;
  readonly clock: Clock;
}): AgentSwitch {
  const { persona, clock, lang } = options;
  let running: { readonly stopping: AbortController; readonly ended: Promise<void> } | null = null;
  return {
    persona,
    get isOn() {
      return running !== null;
    },
    turnOn() {
      if (running !== null) return;
      const stopping = new AbortController();
      const { signal } = stopping;
      const ended = runAgent({
        baseUrl: options.baseUrl,
        token: options.token,
        answer: (message) => work(persona, { message, clock, lang, signal }),
        signal,
        clock,
      });
      running = { stopping, ended };
    },
    async turnOff() {
      const ending = running;
      running = null;
      ending?.stopping.abort();
      await ending?.ended;
    },
  };
}
