/** A client from npm as a process of its own: started with one of the `drivers`, watched through what that prints. */
import { TextLineStream } from "../../fake/text_line_stream.ts";
import { waitFor } from "./wait.ts";

/** A line of a driver. */
export type ClientEvent =
  | { readonly kind: "ready" }
  /** A message reached the bot's author; `quoted` is what the client made of its quote. */
  | { readonly kind: "received"; readonly text: string; readonly quoted: string | null }
  /** A `getupdates` that the client takes for a failure. */
  | { readonly kind: "poll_failed"; readonly text: string }
  | { readonly kind: "failed"; readonly text: string };

export interface NpmClient {
  readonly events: readonly ClientEvent[];
  /** Stops it without its knowing, as a machine under load does; it keeps its connections. */
  freeze(): void;
  /** `kill -9`; resolves when it is gone, and may be called again. */
  kill(): Promise<void>;
}

const READY_LIMIT_MS = 60_000;

/** Resolves once the client has begun to poll. */
export async function startNpmClient(
  program: string,
  options: Deno.CommandOptions,
): Promise<NpmClient> {
  const child = new Deno.Command(program, {
    ...options,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const events: ClientEvent[] = [];
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const reading = (async () => {
    for await (const line of lines) events.push(JSON.parse(line));
  })();
  let ending: Promise<void> | null = null;

  async function end(): Promise<void> {
    child.kill("SIGKILL");
    await child.status;
    await reading;
  }
  const kill = () => ending ??= end();

  try {
    await waitFor(() => events.length > 0, {
      what: "the client to start",
      limitMs: READY_LIMIT_MS,
    });
  } catch (error) {
    await kill();
    throw error;
  }
  return { events, freeze: () => child.kill("SIGSTOP"), kill };
}
