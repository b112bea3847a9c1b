/** Whom the exported program is told to listen to: the real ids of those who write, the owner first. */
import { HubError } from "../../core/error.ts";
import type { AccountView } from "../../core/status.ts";
import { EXPORT } from "../../text/export.ts";
import { say } from "../../text/say.ts";
import { type Call, textOption } from "../command.ts";
import { usageError } from "../fail.ts";

export type People = readonly [string, ...string[]];

type Owned = Pick<AccountView, "name" | "userId">;

/**
 * `--people` if given, else the owner of `--account`, else the owners of all accounts; then those the hub lets write besides.
 * Throws `ACCOUNT_UNKNOWN` or `USAGE`.
 */
export function choosePeople(
  call: Call,
  { accounts, allowed }: {
    readonly accounts: readonly Owned[];
    readonly allowed: readonly string[];
  },
): People {
  const named = textOption(call, "people")?.split(",").map((id) => id.trim());
  if (named?.some((id) => !/^[^\s"\\]+$/.test(id))) {
    throw usageError(`--people: ${EXPORT.peopleForm[call.lang]}`, null);
  }
  const [first, ...others] = named ?? ownersOf(call, accounts);
  if (first === undefined) {
    throw usageError(EXPORT.noAccounts[call.lang], EXPORT.noAccountsHint[call.lang]);
  }
  const rest = named === undefined ? [...others, ...allowed] : others;
  return [first, ...new Set(rest.filter((id) => id !== first))];
}

function ownersOf(call: Call, accounts: readonly Owned[]): readonly string[] {
  const wanted = textOption(call, "account");
  const chosen = wanted === null ? accounts : accounts.filter(({ name }) => name === wanted);
  if (wanted !== null && chosen.length === 0) {
    throw new HubError("ACCOUNT_UNKNOWN", `Cannot find an account "${wanted}"`, {
      hint: "ilink-hub accounts list shows those there are",
    });
  }
  const owners = chosen.flatMap(({ userId }) => userId === null ? [] : [userId]);
  const [nobodys] = chosen;
  if (owners.length > 0 || nobodys === undefined) return owners;
  throw usageError(
    say(call.lang, EXPORT.ownerUnknown, { account: nobodys.name }),
    EXPORT.ownerUnknownHint[call.lang],
  );
}
