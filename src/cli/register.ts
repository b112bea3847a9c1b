/** `register`: makes a client and gives its address and token, as agents read them from their environment. */
import { isObject, textMember } from "../lib/json.ts";
import { type Call, OK, show, textOption } from "./command.ts";
import { requiredOption } from "./options.ts";
import { withHub } from "./reach.ts";

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const body = { name: requiredOption(call, "name"), label: textOption(call, "label") ?? "" };
  const answer = await withHub(
    call,
    (api) => api.ask("POST", "/hub/register", body),
    { mayCreate: true },
  );
  show(call, answer ?? {}, environmentLines(answer));
  return OK;
}

/** The two lines that agents want. */
export function environmentLines(answer: unknown): string[] {
  if (!isObject(answer)) return [];
  return [
    `WEIXIN_BASE_URL=${textMember(answer, "base_url")}`,
    `WEIXIN_TOKEN=${textMember(answer, "token")}`,
  ];
}
