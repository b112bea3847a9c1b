/** The program's version, as the project's file has it. */
import project from "../../deno.json" with { type: "json" };

export const VERSION: string = project.version;
