/** The stand-in for a compiled executable: a script that carries the runtime and the program and unpacks itself. */
import template from "./launcher.sh" with { type: "text" };

/**
 * Puts the launcher together. `runtime` is the `deno` of this machine, so the file runs on machines of its kind alone;
 * `flags` are given to `deno run`.
 */
export async function packLauncher(options: {
  readonly version: string;
  readonly program: Uint8Array<ArrayBuffer>;
  readonly runtime: Uint8Array<ArrayBuffer>;
  readonly flags: readonly string[];
}): Promise<Uint8Array<ArrayBuffer>> {
  const program = await gzip(options.program);
  const runtime = await gzip(options.runtime);
  const values: Readonly<Record<string, string>> = {
    VERSION: options.version,
    ID: await identify(template, options.flags.join(" "), program, runtime),
    TAIL_BYTES: String(program.length + runtime.length),
    PROGRAM_BYTES: String(program.length),
    RUNTIME_BYTES: String(runtime.length),
    FLAGS: options.flags.join(" "),
  };
  const script = template.replace(/@([A-Z_]+)@/g, (mark, name: string) => values[name] ?? mark);
  return await join([new TextEncoder().encode(script), program, runtime]);
}

/** Names the unpacked files by what is in them, so that two versions never share a folder. */
async function identify(...parts: (string | Uint8Array<ArrayBuffer>)[]): Promise<string> {
  const encoder = new TextEncoder();
  const whole = await join(
    parts.map((part) => typeof part === "string" ? encoder.encode(part) : part),
  );
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole)).toHex().slice(0, 16);
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function join(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Blob([...parts]).arrayBuffer());
}
