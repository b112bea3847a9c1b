/** Addresses as they stand in URLs. */

/**
 * Where this machine reaches a listener, as `host:port`: IPv6 in brackets, and loopback where it listens everywhere.
 */
export function urlHost(
  { hostname, port }: { readonly hostname: string; readonly port: number },
): string {
  const host = hostname === "0.0.0.0" ? "127.0.0.1" : hostname === "::" ? "::1" : hostname;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
