/**
 * Makes the one executable, `dist/ilink-hub`. The program is bundled into one module and compiled with the runtime.
 * Where the runtime's base cannot be had (no DENORT_BIN, none cached, no download), a self-extracting stand-in with the
 * same program and the same permissions is made instead, on Linux, and loudly called so.
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "node:util";
import { packLauncher } from "./launcher.ts";

const USAGE = `Usage: deno task build [--target TRIPLE] [--output FILE] [--no-stand-in]
  --target       compile for another machine, e.g. aarch64-apple-darwin
  --output       where to put it (dist/ilink-hub)
  --no-stand-in  fail where nothing can be compiled, as a release must`;

/** A download of some 40 MB must fit; a network that swallows packets must not hold the build up for ever. */
const COMPILE_SECONDS = 180;

interface Project {
  readonly version: string;
  /** Of `deno run` and `deno compile` alike: permissions and unstable features. */
  readonly flags: readonly string[];
}

interface BuildOptions {
  readonly target: string | undefined;
  readonly output: string;
  readonly standIn: boolean;
}

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const options = readArguments(args);
  const project = readProject(await Deno.readTextFile("deno.json"));
  const folder = options.output.includes("/") ? options.output.replace(/\/[^/]*$/, "") : ".";
  await Deno.mkdir(folder, { recursive: true });
  // Next to the result, so that the finished file takes its place in one step.
  const work = await Deno.makeTempDir({ dir: folder, prefix: ".build-" });
  try {
    return await build(options, project, work);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function build(options: BuildOptions, project: Project, work: string): Promise<number> {
  const program = `${work}/ilink-hub.js`;
  const bundled = await runDeno(["bundle", "--quiet", "--frozen", "--output", program, "main.ts"]);
  if (!bundled.succeeded) return fail("Cannot bundle main.ts", bundled.said);

  const made = `${work}/ilink-hub${options.output.endsWith(".exe") ? ".exe" : ""}`;
  const compiled = await compile(program, made, { project, target: options.target });
  if (!compiled.succeeded) {
    const obstacle = whyNoStandIn(options);
    if (obstacle !== null) return fail(`Cannot compile, and ${obstacle}`, compiled.said);
    announceStandIn(options.output, compiled.said);
    await makeStandIn(program, made, project);
  }
  const obstacle = await whyNotStarting(made, options, project);
  if (obstacle !== null) return fail("Built, but the result does not work", obstacle);
  await Deno.rename(made, options.output);
  const { size } = await Deno.stat(options.output);
  const what = compiled.succeeded ? "compiled" : "self-extracting stand-in";
  console.log(`${options.output}: ${what}, version ${project.version}, ${mebibytes(size)} MiB`);
  return 0;
}

/** What deno.json says of the program; the task `hub` is the one place where its permissions stand. */
export function readProject(text: string): Project {
  const settings = JSON.parse(text);
  const command: string = settings.tasks.hub.command;
  const flags = command.split(" ").filter((word) => /^--(allow|deny|no-prompt)/.test(word));
  const unstable = settings.unstable.map((feature: string) => `--unstable-${feature}`);
  return { version: settings.version, flags: [...flags, ...unstable] };
}

function compile(
  program: string,
  output: string,
  options: { readonly project: Project; readonly target: string | undefined },
): Promise<Outcome> {
  const target = options.target === undefined ? [] : ["--target", options.target];
  const args = ["compile", "--no-config", "--no-lock", "--no-check", ...options.project.flags];
  return runDeno([...args, ...target, "--output", output, program], COMPILE_SECONDS);
}

async function makeStandIn(program: string, output: string, project: Project): Promise<void> {
  const launcher = await packLauncher({
    version: project.version,
    program: await Deno.readFile(program),
    runtime: await Deno.readFile(Deno.execPath()),
    flags: project.flags,
  });
  await Deno.writeFile(output, launcher, { mode: 0o755 });
}

function whyNoStandIn({ target, standIn }: BuildOptions): string | null {
  if (!standIn) return "no stand-in was wanted";
  if (Deno.build.os !== "linux") return "the stand-in works on Linux alone";
  return target === undefined || target === Deno.build.target
    ? null
    : `the stand-in runs on ${Deno.build.target} alone, not on ${target}`;
}

/** A wrong DENORT_BIN, for one, compiles well and gives something else. */
async function whyNotStarting(
  made: string,
  { target }: BuildOptions,
  { version }: Project,
): Promise<string | null> {
  if (target !== undefined && target !== Deno.build.target) return null;
  const { stdout } = await new Deno.Command(await Deno.realPath(made), { args: ["--version"] })
    .output();
  const said = new TextDecoder().decode(stdout).trim();
  return said.includes(version) ? null : `--version should say ${version}, and says "${said}"`;
}

function announceStandIn(output: string, reason: string): void {
  console.error(`
************************************************************************************
* ${output} is a STAND-IN, not the compiled executable.
* It has the same program and the same permissions, but unpacks the runtime
* into the user's cache folder at its first start.
*
* Compiling failed:
${reason.split("\n").map((line) => `*   ${line}`).join("\n")}
*
* To compile: give the runtime's base in DENORT_BIN, or build where it can be downloaded.
************************************************************************************
`);
}

interface Outcome {
  readonly succeeded: boolean;
  readonly said: string;
}

async function runDeno(args: readonly string[], limitSeconds?: number): Promise<Outcome> {
  const limit = limitSeconds === undefined ? null : AbortSignal.timeout(limitSeconds * 1000);
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    ...(limit === null ? {} : { signal: limit }),
  });
  const { success, stderr } = await command.output();
  const late = limit?.aborted ? `\nIt took more than ${limitSeconds} s` : "";
  const [said = ""] = new TextDecoder().decode(stderr).split("Stack backtrace:");
  return { succeeded: success, said: said.trimEnd() + late };
}

function fail(what: string, said: string): number {
  console.error(`${what}:\n${said}`);
  return 1;
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}

function readArguments(args: string[]): BuildOptions {
  try {
    const { values } = parseArgs({
      args,
      allowNegative: true,
      options: {
        target: { type: "string" },
        output: { type: "string", default: "dist/ilink-hub" },
        "stand-in": { type: "boolean", default: true },
      },
    });
    const { target, output, "stand-in": standIn } = values;
    const isWindows = (target ?? Deno.build.target).includes("windows");
    return {
      target,
      output: isWindows && !output.endsWith(".exe") ? `${output}.exe` : output,
      standIn,
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    Deno.exit(2);
  }
}
