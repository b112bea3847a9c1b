/** Who may import whom. The table is docs/ARCHITECTURE.md's, as data. */
import { codeLines, type SourceFile } from "./tree.ts";

const FOUNDATION = ["text", "core", "lib"] as const;

/** A layer is a folder of `src`, or a file directly in it; `main` is main.ts. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  main: ["cli"],
  cli: ["hub", "config", "simulator", ...FOUNDATION],
  hub: ["config", "upstream", "downstream", "router", "plugin", "store", "alerts", "admin", "http"]
    .concat("wire", FOUNDATION),
  config: ["core", "lib"],
  http: ["admin", "downstream", ...FOUNDATION],
  upstream: ["wire", "store", ...FOUNDATION],
  downstream: ["wire", "store", ...FOUNDATION],
  router: ["plugin", "store", ...FOUNDATION],
  plugin: ["core", "lib"],
  alerts: ["store", ...FOUNDATION],
  admin: ["store", ...FOUNDATION],
  simulator: ["wire", "core", "lib"],
  store: ["core", "lib"],
  wire: ["core", "lib"],
  text: ["core", "lib"],
  core: ["lib"],
  lib: [],
  plugins: [],
};

/** Single files that may import more than their layer. Each needs its reason. */
const EXTRAS: readonly { from: string; to: string; reason: string }[] = [
  {
    from: "src/plugin/shipped.ts",
    to: "plugins",
    reason: "the shipped plugins are written as anyone would write theirs, and built in here",
  },
  {
    from: "src/cli/plugin_templates.ts",
    to: "plugins",
    reason: "the examples are given away as text; nothing of them is run",
  },
  {
    from: "src/cli/plugin_templates.ts",
    to: "plugin",
    reason: "the contract is given away as text, so that an editor beside the executable has it",
  },
  {
    from: "src/cli/plugin_host.ts",
    to: "plugin",
    reason: "a plugin's process is this program again, and must load nothing of the hub",
  },
  {
    from: "src/cli/version.ts",
    to: "deno.json",
    reason: "the version stands in one place, where the release reads it too",
  },
];

/** The only file a plugin may import, and the file that imports nothing, so that it can be given away. */
const CONTRACT = "src/plugin/api.ts";

/** Packages that only some layers may import. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "node:sqlite": ["store"],
  nodemailer: ["alerts"],
  "@std/assert": [],
  "fast-check": [],
  "playwright-core": [],
  yaml: [],
};

/** One sentence for each import that the table does not allow. */
export function findLayerBreaches(
  files: readonly SourceFile[],
  importMap: Readonly<Record<string, string>>,
): string[] {
  return files.flatMap((file) =>
    importsOf(file.text).flatMap((specifier) => judge(file.path, specifier, importMap) ?? [])
  );
}

function judge(
  path: string,
  specifier: string,
  importMap: Readonly<Record<string, string>>,
): string | null {
  const from = layerOf(path);
  const target = importMap[specifier]?.startsWith("./") ? importMap[specifier] : specifier;
  const breach = (to: string) => `${from} must not import ${to}: ${path} imports ${specifier}`;
  if (!target.startsWith(".")) return judgePackage(path, specifier) ? null : breach(specifier);
  const resolved = target === specifier ? resolve(path, specifier) : target.slice(2);
  const to = layerOf(resolved);
  if (path === CONTRACT) return breach(to);
  const mayImport = from === "plugins"
    ? resolved === CONTRACT || to === from
    : to === from || LAYERS[from]?.includes(to) ||
      EXTRAS.some((e) => e.from === path && e.to === to);
  return mayImport ? null : breach(to);
}

function judgePackage(path: string, specifier: string): boolean {
  if (path === CONTRACT || path.startsWith("plugins/")) return false;
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  return PACKAGES[name]?.includes(layerOf(path)) ?? true;
}

export function layerOf(path: string): string {
  const [top = "", second = ""] = path.split("/");
  return (top === "src" ? second : top).replace(/\.tsx?$/, "");
}

function resolve(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

/** The specifiers of all imports and re-exports, also type-only and dynamic ones. */
export function importsOf(text: string): string[] {
  const code = codeLines(text).join("\n");
  const fixed = code.matchAll(/^(?:import|export) (?:[\w\s{},*$]*? from )?"([^"\n]+)"/gm);
  const dynamic = code.matchAll(/\bimport\("([^"\n]+)"/g);
  return [...fixed, ...dynamic].flatMap(([_, specifier]) => specifier ?? []);
}
