/** Which ports the demo listens on when the ones it wants are taken. */
import { HubError } from "../../core/error.ts";

export interface TakenPort {
  readonly port: number;
  readonly other: number;
}

/** Listens on the port, or on any free one where it is taken, and notes that. */
export async function onPort<T>(
  start: (port: number) => Promise<T>,
  options: {
    readonly port: number;
    readonly taken: TakenPort[];
    readonly portOf: (started: T) => number;
  },
): Promise<T> {
  try {
    return await start(options.port);
  } catch (error) {
    if (!(error instanceof HubError && error.code === "PORT_TAKEN")) throw error;
    const started = await start(0);
    options.taken.push({ port: options.port, other: options.portOf(started) });
    return started;
  }
}
