/**
 * The test command. Runs every stage, goes on after one that failed, and prints `N passed, N failed` as its last line.
 * Ignored tests count as failed: what was not seen to work has not passed. `ALLOW_SKIP=1` lets them go.
 */
// deno-lint-ignore-file no-console
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { addTallies, NOTHING, type Outcome, type Tally, tallyReport } from "./junit.ts";
import { installPrograms, TEST_PROGRAMS } from "./packages.ts";
import { type Contents, type Level, type Stage, stagesOf } from "./stages.ts";

const USAGE = `Usage: deno task test [--fast | --fault] [--only STAGE]`;

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const { level, only } = readArguments(args);
  const all = stagesOf(level, readContents());
  const stages = all.filter((stage) => only === undefined || stage.name === only);
  if (stages.length === 0) {
    console.error(`No stage "${only}". Stages: ${all.map((stage) => stage.name).join(", ")}`);
    return 2;
  }
  let total = NOTHING;
  const summary: string[] = [];
  for (const stage of stages) {
    const { tally, seconds } = await runStage(stage);
    total = addTallies(total, tally);
    const ignored = tally.ignored > 0 ? `, ${tally.ignored} ignored` : "";
    const line = `${stage.name}: ${tally.passed} passed, ${tally.failed} failed${ignored}`;
    summary.push(`${line} (${seconds.toFixed(1)} s)`);
    console.log(`--- ${summary.at(-1)}`);
  }
  return report(total, summary);
}

function report(total: Tally, summary: readonly string[]): number {
  const allowed = (Deno.env.get("ALLOW_SKIP") ?? "") !== "";
  const failed = total.failed + (allowed ? 0 : total.ignored);
  console.log(`\n${summary.join("\n")}`);
  if (total.ignored > 0) {
    const meaning = allowed
      ? "let go by ALLOW_SKIP"
      : "counted as failed; ALLOW_SKIP=1 lets them go";
    console.log(`${total.ignored} ignored: ${meaning}`);
  }
  console.log(`${total.passed} passed, ${failed} failed`);
  return failed > 0 || total.passed === 0 ? 1 : 0;
}

function readArguments(args: string[]): { level: Level; only: string | undefined } {
  try {
    const { values } = parseArgs({
      args,
      options: { fast: { type: "boolean" }, fault: { type: "boolean" }, only: { type: "string" } },
    });
    return { level: values.fault ? "fault" : values.fast ? "fast" : "all", only: values.only };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    Deno.exit(2);
  }
}

async function runStage(stage: Stage): Promise<{ tally: Tally; seconds: number }> {
  console.log(`\n=== ${stage.name}`);
  if (stage.needsPrograms) {
    for (const sentence of await installPrograms(TEST_PROGRAMS)) console.error(sentence);
  }
  const started = performance.now();
  const tally = stage.kind === "check" ? await runCheck(stage) : await runTests(stage);
  return { tally, seconds: (performance.now() - started) / 1000 };
}

async function runCheck(stage: Stage): Promise<Tally> {
  const { succeeded } = await runDeno(stage, stage.args);
  return { ...NOTHING, passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1 };
}

async function runTests(stage: Stage): Promise<Tally> {
  const folder = await Deno.makeTempDir({ prefix: "ilink-hub-test-" });
  try {
    const path = `${folder}/junit.xml`;
    const [verb = "test", ...rest] = stage.args;
    const modules = await joinFiles(stage.joined ?? [], folder);
    const outcome = await runDeno(stage, [verb, `--junit-path=${path}`, ...rest, ...modules]);
    return tallyReport(await readIfThere(path), outcome);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes modules that import the files, two for each core; gives their paths and what finds the configuration from there. */
async function joinFiles(files: readonly string[], folder: string): Promise<string[]> {
  if (files.length === 0) return [];
  const count = 2 * navigator.hardwareConcurrency;
  const paths: string[] = [];
  for (let module = 0; module < count; module++) {
    const path = `${folder}/quick_${module}_test.ts`;
    const part = files.filter((_, at) => at % count === module);
    const lines = part.map((file) =>
      `import ${JSON.stringify(pathToFileURL(resolve(file)).href)};\n`
    );
    await Deno.writeTextFile(path, lines.join(""));
    paths.push(path);
  }
  return ["--config=deno.json", ...paths];
}

async function runDeno(stage: Stage, args: readonly string[]): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { ...stage.env, DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const over = new AbortController();
  const limit = setTimeout(() => {
    console.error(`Stage ${stage.name} was ended: it took more than ${stage.limitMinutes} minutes`);
    child.kill("SIGKILL");
    // What the killed run had started itself could hold the output open.
    over.abort();
  }, stage.limitMinutes * 60_000);
  const decoder = new TextDecoder();
  let said = "";
  const output = new WritableStream<Uint8Array<ArrayBuffer>>({
    write(bytes) {
      Deno.stdout.writeSync(bytes);
      said += decoder.decode(bytes, { stream: true });
    },
  });
  await child.stdout.pipeTo(output, { signal: over.signal }).catch((error) => {
    if (!over.signal.aborted) throw error;
  });
  const { success } = await child.status;
  clearTimeout(limit);
  return { succeeded: success, said };
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function readContents(): Contents {
  return {
    // File by file: of a folder, scripts for other runtimes would be checked as well.
    sources: ["main.ts", ...["src", "plugins", "test", "tools"].filter(exists).flatMap(filesBelow)]
      .filter((path) => /\.tsx?$/.test(path)),
    documents: ["src/plugin/api.ts", ...documentsWithCode(".")].filter(exists),
    hasTests: (folder) =>
      exists(folder) && filesBelow(folder).some((path) => path.endsWith("_test.ts")),
  };
}

function documentsWithCode(root: string): string[] {
  const found = ["docs", "plugins"].filter(exists).flatMap(filesBelow)
    .concat([...Deno.readDirSync(root)].map((entry) => entry.name));
  return found.filter((path) =>
    path.endsWith(".md") && /^```ts$/m.test(Deno.readTextFileSync(path))
  );
}

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) =>
    entry.isDirectory ? filesBelow(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]
  );
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
