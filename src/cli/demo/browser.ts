/** Opening the page for a person who sits at this machine. Whatever goes wrong is no harm: the address is printed too. */

/** The program that opens an address; `null` where there is no desktop to open it on. */
export function openerFor(
  os: typeof Deno.build.os,
  env: (name: string) => string | undefined,
): readonly [string, ...string[]] | null {
  if (env("SSH_CONNECTION") || env("CI")) return null;
  switch (os) {
    case "darwin":
      return ["open"];
    case "windows":
      return ["rundll32", "url.dll,FileProtocolHandler"];
    default:
      return env("DISPLAY") || env("WAYLAND_DISPLAY") ? ["xdg-open"] : null;
  }
}

/** Opens `url` and does not wait for it. */
export function openBrowser(url: string, env: (name: string) => string | undefined): void {
  const opener = openerFor(Deno.build.os, env);
  if (opener === null) return;
  const [program, ...args] = opener;
  try {
    new Deno.Command(program, {
      args: [...args, url],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn().unref();
  } catch {
    // There is no such program here.
  }
}
