/** Where the database is, from the address that people write for it. */

export type DatabaseRead =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "refused"; readonly scheme: string };

/**
 * `sqlite:PATH`, also as `sqlite://PATH` and with `?options`, which other programs want and which change nothing here. Without
 * an address it is `hub.db` in the data directory; a relative path is relative to `directory`.
 */
export function readDatabaseUrl(
  url: string | null,
  places: { readonly data: string; readonly directory: string },
): DatabaseRead {
  if (url === null) return { kind: "path", path: `${places.data}/hub.db` };
  const [_, scheme, rest] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url) ?? [];
  if (scheme?.toLowerCase() !== "sqlite" || rest === undefined) {
    // An address may hold a password: only its scheme is ever repeated.
    return { kind: "refused", scheme: scheme ?? "?" };
  }
  const path = rest.replace(/\?.*$/s, "").replace(/^\/\/(?=.)/, "");
  if (path === "" || path === ":memory:") return { kind: "refused", scheme: `sqlite:${path}` };
  return {
    kind: "path",
    path: /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${places.directory}/${path}`,
  };
}
