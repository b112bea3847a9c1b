import { fraction, systemRandom } from "../../src/lib/random.ts";

/**
 * A free port for a server that is ended and started again under the same address. It lies below the range from which systems
 * take the ports of outgoing connections (32768, or 49152): a client that knocks while nobody listens would otherwise now and
 * then be given this very port, and hold it.
 */
export function lastingPort(): number {
  for (let tries = 0; tries < 100; tries++) {
    const port = 20_000 + Math.floor(fraction(systemRandom) * 12_000);
    try {
      using _listener = Deno.listen({ hostname: "127.0.0.1", port });
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("Cannot find a free port from 20000 to 31999");
}
