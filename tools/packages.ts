/** Programs from outside that some tests need, and how they come onto a machine that lacks them. */

export interface Program {
  /** Any one of these on the PATH will do. */
  readonly names: readonly [string, ...string[]];
  /** The Debian package that brings it. */
  readonly packageName: string;
  readonly neededFor: string;
}

export const TEST_PROGRAMS: readonly Program[] = [
  {
    names: ["chromium", "chromium-browser", "google-chrome"],
    packageName: "chromium",
    neededFor: "the browser test",
  },
  {
    names: ["systemd-analyze"],
    packageName: "systemd",
    neededFor: "the check of the service unit",
  },
  {
    names: ["openssl"],
    packageName: "openssl",
    neededFor: "the test with a certificate authority of its own",
  },
];

const UPDATE_SECONDS = 120;
const INSTALL_SECONDS = 600;

/**
 * Installs what is missing through apt where that is possible. Returns one sentence for each program that is still
 * missing, and why; the tests that need it then fail by themselves.
 */
export async function installPrograms(programs: readonly Program[]): Promise<string[]> {
  const missing = programs.filter((program) => !isOnPath(program.names));
  const obstacle = whyNoApt();
  if (missing.length > 0 && obstacle === null) await apt(["update", "-q"], UPDATE_SECONDS);
  const sentences: string[] = [];
  for (const { names: [name], packageName, neededFor } of missing) {
    const reason = obstacle ?? await install(packageName);
    if (reason !== null) sentences.push(`${name} is missing, ${neededFor} needs it: ${reason}`);
  }
  return sentences;
}

async function install(packageName: string): Promise<string | null> {
  const args = ["install", "-y", "-q", "--no-install-recommends", packageName];
  return await apt(args, INSTALL_SECONDS) ? null : `apt-get ${args.join(" ")} failed`;
}

export function isOnPath(names: readonly string[]): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  return names.some((name) => folders.some((folder) => isFile(`${folder}/${name}`)));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // A folder of the PATH that cannot be read holds no program for us.
  }
}

function whyNoApt(): string | null {
  if (Deno.build.os !== "linux" || !isOnPath(["apt-get"])) {
    return "there is no apt-get to install it with";
  }
  return Deno.uid() === 0 ? null : "only root may install it with apt-get";
}

async function apt(args: readonly string[], limitSeconds: number): Promise<boolean> {
  const command = new Deno.Command("apt-get", {
    args: [...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "null",
    signal: AbortSignal.timeout(limitSeconds * 1000),
  });
  return (await command.output()).success;
}
