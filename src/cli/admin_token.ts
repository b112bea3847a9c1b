/** `admin-token rotate`. */
import { isObject, textMember } from "../lib/json.ts";
import { DONE } from "../text/done.ts";
import { type Call, OK, show } from "./command.ts";
import { withHub } from "./reach.ts";

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const answer = await withHub(call, (api) => api.ask("POST", "/hub/admin-token/rotate"));
  const token = isObject(answer) ? textMember(answer, "token") : "";
  show(call, answer ?? {}, [DONE.adminTokenRotated[call.lang], token]);
  return OK;
}
